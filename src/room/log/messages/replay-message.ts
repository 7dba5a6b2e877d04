// Makes the frame that brings a resuming client up to date with a message.

import type { Message } from '../../../contract/entities.ts'
import { changeFrame } from '../../../domain/message.ts'
import { type ReplayedFrame, replayRanks } from '../event-kind.ts'
import type { LoggedMessage } from './message-row.ts'

/** @param since the number of the latest event that the client has */
export function replayMessage(
  message: LoggedMessage,
  since: number,
  toWire: (message: LoggedMessage) => Message,
): ReplayedFrame {
  // The deletion of a message that is newer than `since` is sent too: the client may have the
  // message from a replay that broke off, or from the answer to its own POST.
  const isNew = message.createdSeq > since && !message.is_deleted
  if (!isNew) return { rank: replayRanks.changed, order: '', frame: changeFrame(message) }
  return {
    rank: replayRanks.created,
    order: message.id,
    frame: { event: 'new_message', data: toWire(message) },
  }
}
