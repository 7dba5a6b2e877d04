// What happens, for notices and scripts; what is so is in the state. Nothing is told twice.

import type { ChatProblem } from './problem.ts'
import type { ChatStatus, SentMessage, StopReason } from './state.ts'
import type { Member } from './wire.ts'

export type ChatEvents = {
  /** Someone said something, this user too. In the order of ids; not for pages of the history. */
  message: SentMessage
  /** A message of the list has a new text. */
  edit: SentMessage
  /** A message of the list is gone. As it last was. */
  delete: SentMessage
  /** Who is online has changed. */
  presence: { count: number; joined: Member | null; left: Member | null }
  /** Who is typing has changed. */
  typing: readonly Member[]
  status: { status: ChatStatus; stopped: StopReason | null }
  /** What went wrong and no promise told of: lost attempts to connect, frames that were refused. */
  error: ChatProblem
}

/** Tells the application of an event. */
export type Tell = <E extends keyof ChatEvents>(event: E, told: ChatEvents[E]) => void
