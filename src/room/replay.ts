// What a returning client missed: states, not history. New messages first, in the order of their
// ids, then the changes of older ones. All of it, or nothing.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../contract/frames.ts'
import { changeFrame, toWire } from '../domain/message.ts'
import type { Admission } from './calls.ts'
import type { Log, LoggedMessage } from './log.ts'

const bytesMax = 1024 * 1024

/** The frames, without `seq`; null where the client has to load the history anew. */
export function replay(log: Log, resume: Admission['resume']): RoomFrame[] | null {
  if (!resume || resume.epoch !== log.epoch) return null
  const { since } = resume
  if (since < log.prunedSeq || since > log.position.seq) return null

  let bytes = 0
  const missed = log.changesAfter(since, (message) => {
    bytes += Buffer.byteLength(JSON.stringify(frameOf(message, since)) ?? '')
    return bytes <= bytesMax
  })
  if (bytes > bytesMax) return null

  const isNew = ({ createdSeq }: LoggedMessage) => createdSeq > since
  const created = missed.filter((message) => isNew(message) && !message.is_deleted)
  const changed = missed.filter((message) => !isNew(message))
  created.sort((a, b) => (a.id < b.id ? -1 : 1))
  return [...created, ...changed].map((message) => frameOf(message, since))
}

function frameOf(message: LoggedMessage, since: number): RoomFrame {
  if (message.createdSeq <= since) return changeFrame(message)
  return { event: 'new_message', data: toWire(message) }
}
