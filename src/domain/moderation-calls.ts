// Defines what moderators and the operator may ask of the room, and what it answers.

import type {
  RestrictedPerson,
  Restrictions,
  Role,
  Room,
  RoomChange,
} from '../contract/moderation.ts'
import type { ReportStatus } from '../contract/moderation-records.ts'
import type { StoredMessage } from './message.ts'
import type { NamedAuditEntry, NamedReport, StoredWords } from './moderation.ts'

type Restrict = {
  userId: string
  /** Milliseconds since the epoch; null: for good. */
  until: number | null
  reason: string | null
}

/** A report, and its message if the room still has that in its log. */
export type ReportWithMessage = { report: NamedReport; message: StoredMessage | null }

/** The bounds of a page: ids beyond `cursor`, or null from the beginning. */
type PageBounds = { cursor: string | null; limit: number }

export type ModerationCalls = {
  change_room: { ask: { change: RoomChange }; answer: Room }
  pin: { ask: { messageId: string }; answer: Room }
  unpin: { ask: { messageId: string }; answer: null }
  set_role: { ask: { userId: string; role: Role }; answer: Room }
  mute: { ask: Restrict; answer: Restrictions }
  unmute: { ask: { userId: string }; answer: null }
  ban: { ask: Restrict; answer: Restrictions }
  unban: { ask: { userId: string }; answer: null }
  /** `since` in milliseconds since the epoch. */
  purge: {
    ask: { userId: string; since: number; reason: string | null }
    answer: { messages: number }
  }
  /** `knownRevision`: of the list that the new one replaces; null: whichever it is. */
  write_words: { ask: { terms: string[]; knownRevision: number | null }; answer: StoredWords }
  close_report: { ask: { id: string; status: ReportStatus }; answer: ReportWithMessage }
  read_words: { ask: object; answer: StoredWords }
  list_restricted: { ask: PageBounds; answer: RestrictedPerson[] }
  list_reports: { ask: PageBounds & { status: ReportStatus }; answer: ReportWithMessage[] }
  /** The latest entries: the archive has all of them, but may lack the newest. */
  list_audit: { ask: PageBounds; answer: NamedAuditEntry[] }
}

export type ModerationKind = keyof ModerationCalls
export type ModerationCall<K extends ModerationKind = ModerationKind> = {
  [One in K]: { kind: One } & ModerationCalls[One]['ask']
}[K]
export type ModerationAnswer<K extends ModerationKind> = ModerationCalls[K]['answer']
