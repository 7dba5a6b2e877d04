// Makes the room's next tick due at once, with a retention that lets it forget as much as a full
// room forgets in days.

import { runDurableObjectAlarm } from 'cloudflare:test'
import { Log } from '../../../src/room/log/log.ts'
import { Meta } from '../../../src/room/log/meta.ts'
import type { Retention } from '../../../src/room/log/retention.ts'
import { theRoom } from '../../support/chat.ts'

const { prune } = Log.prototype
const { number } = Meta.prototype

/**
 * The retention for the next tick; null: ticks come at their time and use the room's own retention.
 */
let nextRetention: Retention | null = null

/** Changes the prototypes, because tests share the room's classes. */
export function overrideTick(): void {
  Meta.prototype.number = function (this: Meta, key) {
    return nextRetention && key === 'beat_at' ? 1 : number.call(this, key)
  }
  Log.prototype.prune = function (this: Log, now, flushedSeq, retention) {
    const keep = nextRetention ?? retention
    nextRetention = null
    return prune.call(this, now, flushedSeq, keep)
  }
}

export function restoreTick(): void {
  Meta.prototype.number = number
  Log.prototype.prune = prune
}

export async function runTick(keep: Retention): Promise<void> {
  nextRetention = keep
  await runDurableObjectAlarm(theRoom())
  // It is still set if no alarm was armed, because nothing happens in the room.
  nextRetention = null
}
