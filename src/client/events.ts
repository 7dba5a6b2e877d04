// The events of the client, for notifications and scripts. Each is emitted once; what holds at the
// moment is in the state.

import type { AuditEntry, Frame, Member, Report, RestrictedPerson } from './contract.ts'
import type { ChatProblem } from './problem.ts'
import type { ChatStatus, SentMessage, StopReason } from './state.ts'

/** The frames that change or delete messages. */
export type Mutation = Extract<
  Frame,
  { event: 'message_edited' | 'message_deleted' | 'messages_purged' | 'user_erased' }
>

export type ChatEvents = {
  /** A new message, also of this user. In the order of ids; not for pages of the history. */
  message: SentMessage
  /** A message of the list has a new text. */
  edit: SentMessage
  /** A message left the list. This is its last state. */
  delete: SentMessage
  /** A moderator deleted messages of a person, and so many left the list. None has a `delete`. */
  purge: { user_id: string; count: number }
  /**
   * Messages were edited or deleted, or the account of their author was, also of messages that are not in
   * the list. For copies that the application keeps, such as results of a search. It may come twice, and for
   * what the copy already has: the higher `revision` wins.
   */
  mutation: Mutation
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
