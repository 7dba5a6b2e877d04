// What a returning client missed: states, not history. New messages first, in the order of their
// ids, then edits of older ones and every deletion, then the accounts that ended. All, or nothing.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../../contract/frames.ts'
import { changeFrame, erasureFrame, toWire } from '../../domain/message.ts'
import type { Log } from '../log/log.ts'
import type { JoinRequest } from '../rpc.ts'

const bytesMax = 1024 * 1024

/** Encoded frames, without `seq`; null where the client has to load the history anew. */
type Missed = string[] | null

/** For newcomers of one instant: who missed the same is told the same, read and encoded once. */
export function createReplays(log: Log): (resume: JoinRequest['resume']) => Missed {
  const known = new Map<number, string[]>()
  let tooFarBack = Number.NEGATIVE_INFINITY
  return (resume) => {
    if (!resume || resume.epoch !== log.epoch) return null
    const { since } = resume
    if (since < log.prunedSeq || since > log.position.seq) return null
    // Who was away for longer missed even more.
    if (since <= tooFarBack) return null
    const missed = known.get(since) ?? missedSince(log, since)
    if (missed) known.set(since, missed)
    else tooFarBack = since
    return missed
  }
}

function missedSince(log: Log, since: number): Missed {
  let bytes = 0
  const created: { id: string; json: string }[] = []
  const changed: string[] = []
  for (const message of log.changesAfter(since)) {
    // Even of a message that came after `since` the deletion is told: the client may know it from
    // a replay that broke off, or from the answer to its own POST.
    const isNew = message.createdSeq > since && !message.is_deleted
    const frame: RoomFrame = isNew
      ? { event: 'new_message', data: toWire(message) }
      : changeFrame(message)
    const json = JSON.stringify(frame)
    bytes += Buffer.byteLength(json)
    if (bytes > bytesMax) return null
    if (isNew) created.push({ id: message.id, json })
    else changed.push(json)
  }
  for (const { user_id, remains } of log.erasuresAfter(since)) {
    const json = JSON.stringify(erasureFrame(user_id, remains))
    bytes += Buffer.byteLength(json)
    changed.push(json)
  }
  if (bytes > bytesMax) return null
  created.sort((a, b) => (a.id < b.id ? -1 : 1))
  return [...created.map(({ json }) => json), ...changed]
}
