// Makes the room's next beat due at once, and has it forget what a full room would forget in days.

import { runDurableObjectAlarm } from 'cloudflare:test'
import { Log } from '../../../src/room/log/log.ts'
import { Meta } from '../../../src/room/log/meta.ts'
import type { Retention } from '../../../src/room/log/retention.ts'
import { theRoom } from '../../support/chat.ts'

const { prune } = Log.prototype
const { number } = Meta.prototype

/** What the beat is to keep; null: it comes when it comes, and keeps what it always does. */
let keeping: Retention | null = null

/** Tests share the room's classes. */
export function takeOverBeat(): void {
  Meta.prototype.number = function (this: Meta, key) {
    return keeping && key === 'beat_at' ? 1 : number.call(this, key)
  }
  Log.prototype.prune = function (this: Log, now, flushedSeq, retention) {
    const keep = keeping ?? retention
    keeping = null
    return prune.call(this, now, flushedSeq, keep)
  }
}

export function giveBackBeat(): void {
  Meta.prototype.number = number
  Log.prototype.prune = prune
}

export async function beat(keep: Retention): Promise<void> {
  keeping = keep
  await runDurableObjectAlarm(theRoom())
  // No alarm was armed: nothing goes on in the room.
  keeping = null
}
