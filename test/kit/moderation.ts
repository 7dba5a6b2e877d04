// What the service tells of moderation, as its published documents describe it, and what Postgres has.

import type { Member, Message, Purge, Restricted, Room } from './protocol.ts'

export type AuditEntry = {
  id: string
  action: string
  by: Member | null
  target: Member | null
  message_id: string | null
  reason: string | null
  until: string | null
  details: Record<string, string | number | boolean>
}

export type Report = {
  id: string
  message_id: string
  message: Message | null
  reported_text: string | null
  author: Member
  reporter: Member
  reason: string | null
  status: string
  closed_by: Member | null
  revision: number
}

/** What the operator is told. */
export type ToldModeration = {
  room: Room
  restricted: Restricted[]
  words: string[]
  /** Of all statuses. */
  reports: Report[]
  /** Newest first, down to the entry from which on it was read. */
  audit: AuditEntry[]
}

/** `until` is in milliseconds, and null for one that holds for good. */
export type ArchivedRestriction = { until: number | null; reason: string | null }

export type ArchivedRestrictions = {
  user_id: string
  mute: ArchivedRestriction | null
  ban: ArchivedRestriction | null
}

export type ArchivedAuditEntry = Pick<
  AuditEntry,
  'id' | 'action' | 'message_id' | 'reason' | 'details'
> & { by_id: string | null; target_id: string | null; until: number | null }

export type ArchivedReport = Pick<
  Report,
  'id' | 'message_id' | 'reported_text' | 'reason' | 'status' | 'revision'
> & { author_id: string; reporter_id: string; closed_by: string | null }

/** The tables of Postgres, those with ids in their order. */
export type ArchivedModeration = {
  room: Room | null
  restrictions: ArchivedRestrictions[]
  words: string[]
  purges: (Purge & { is_done: boolean })[]
  reports: ArchivedReport[]
  audit: ArchivedAuditEntry[]
}
