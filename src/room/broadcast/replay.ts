// Gives what a resuming connection missed, as states and not as a history: new messages in id
// order, then edits of older messages and every deletion, then erasures. It gives all of it or
// nothing.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../../contract/frames.ts'
import { changeFrame, erasureFrame, toWire } from '../../domain/message.ts'
import type { Log } from '../log/log.ts'
import type { JoinRequest } from '../rpc.ts'

const bytesMax = 1024 * 1024

/** Encoded frames without `seq`; null: the client has to load the history anew. */
type Missed = string[] | null

/** For connections admitted at one instant: equal positions share one read and one encoding. */
export function createReplays(log: Log): (resume: JoinRequest['resume']) => Missed {
  const cached = new Map<number, string[]>()
  let tooFarBack = Number.NEGATIVE_INFINITY
  return (resume) => {
    if (!resume || resume.epoch !== log.epoch) return null
    const { since } = resume
    if (since < log.prunedSeq || since > log.position.seq) return null
    // The replay from an earlier position is at least as large.
    if (since <= tooFarBack) return null
    const missed = cached.get(since) ?? missedSince(log, since)
    if (missed) cached.set(since, missed)
    else tooFarBack = since
    return missed
  }
}

function missedSince(log: Log, since: number): Missed {
  let bytes = 0
  const created: { id: string; json: string }[] = []
  const changed: string[] = []
  for (const message of log.changesAfter(since)) {
    // The deletion of a message that is newer than `since` is sent too: the client may have the
    // message from a replay that broke off, or from the answer to its own POST.
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
