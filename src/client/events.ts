// The events of the client, for notifications and scripts. Each is emitted once; what holds at the
// moment is in the state.

import type { AuditEntry, Member, Report, RestrictedPerson } from './contract.ts'
import type { ChatProblem } from './problem.ts'
import type { ChatStatus, SentMessage, StopReason } from './state.ts'

export type ChatEvents = {
  /** A new message, also of this user. In the order of ids; not for pages of the history. */
  message: SentMessage
  /** A message of the list has a new text. */
  edit: SentMessage
  /** A message left the list. This is its last state. */
  delete: SentMessage
  /** A moderator deleted messages of a person, and so many left the list. None has a `delete`. */
  purge: { user_id: string; count: number }
  /** The mute or the ban of another person has changed. For moderators. */
  restricted: RestrictedPerson
  /** A report was filed or closed. For moderators. */
  report: Report
  /** Something was moderated. For moderators. */
  audit: AuditEntry
  /** The users who are online have changed. */
  presence: { count: number; joined: Member | null; left: Member | null }
  /** The users who are typing have changed. */
  typing: readonly Member[]
  status: { status: ChatStatus; stopped: StopReason | null }
  /** A problem that no promise reports: a failed attempt to connect, or a refused frame. */
  error: ChatProblem
}
