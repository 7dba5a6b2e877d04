// Defines what the room and the archive store of moderation.

import type { Message } from '../contract/entities.ts'
import { type Room, Room as RoomSchema } from '../contract/moderation.ts'
import type { AuditEntry, Report, ReportStatus } from '../contract/moderation-records.ts'
import { erasedName } from '../contract/values.ts'
import { idTime } from './ids.ts'
import { type StoredMessage, toWire } from './message.ts'

/** A mute or a ban. */
export type StoredRestriction = {
  /** Milliseconds since the epoch; null: for good. */
  until: number | null
  reason: string | null
}

/** The restrictions of one person. Both are null once they were lifted. */
export type StoredRestrictions = {
  user_id: string
  mute: StoredRestriction | null
  ban: StoredRestriction | null
  /** Rises with each change of anything that is moderated; the higher one is newer. */
  revision: number
}

export type StoredWords = { terms: string[]; revision: number }

export type StoredReport = {
  /** A UUIDv7, which tells when the report was filed. */
  id: string
  message_id: string
  author_id: string
  reporter_id: string
  reason: string | null
  status: ReportStatus
  /** The text when it was reported; null: it is not kept. */
  reported_text: string | null
  /** null: it is open, or the operator closed it. */
  closed_by: string | null
  revision: number
}

export type StoredAuditEntry = {
  /** A UUIDv7, which tells when it happened. */
  id: string
  action: AuditEntry['action']
  /** null: the operator. */
  by_id: string | null
  target_id: string | null
  message_id: string | null
  reason: string | null
  /** Milliseconds since the epoch. */
  until: number | null
  details: AuditEntry['details']
}

/** All messages of a user from one id to another, both included, were deleted at once. */
export type StoredPurge = {
  revision: number
  user_id: string
  from_id: string
  to_id: string
  /** Milliseconds since the epoch. */
  at: number
}

/** With the names of its people as they were then. */
export type NamedReport = StoredReport & {
  author_name: string
  reporter_name: string
  closed_by_name: string | null
}

/** With the names of its people as they were then. */
export type NamedAuditEntry = StoredAuditEntry & {
  by_name: string | null
  target_name: string | null
}

export type Named<T> = T & { username: string }

/** What a new log restores before it opens. */
export type RestoredModeration = {
  /** null: nothing was ever changed. */
  room: Room | null
  restrictions: Named<StoredRestrictions>[]
  words: StoredWords | null
  /** The pinned messages, as the archive has them. */
  pinned: StoredMessage[]
  /** The newest reports that are open, or of the last month. */
  reports: NamedReport[]
  /** Purges that the archive remembers, finished or not. */
  purges: StoredPurge[]
  /** The highest revision of all of these, and of what is over. */
  revision: number
}

/** What holds in place of a value that another release wrote and this one does not know. */
const cautious: Partial<Room> = { posting: 'moderators', links: 'moderators' }

/** Reads each field by itself, so that one that this release does not know spoils no other. */
export function readStoredRoom(stored: Record<string, unknown>): Room {
  const fields = Object.entries(RoomSchema.shape).map(([name, schema]) => {
    const read = schema.safeParse(stored[name])
    const known = name as keyof Room
    const fallback = stored[name] === undefined ? undefined : cautious[known]
    return [name, read.success ? read.data : (fallback ?? initialRoom[known])]
  })
  return Object.fromEntries(fields) as Room
}

/** The state without a person whose account was erased: neither among the staff nor in a pin. */
export function withoutUser(room: Room, userId: string): Room {
  return {
    ...room,
    staff: room.staff.filter(({ user_id }) => user_id !== userId),
    pins: room.pins.filter(({ user_id }) => user_id !== userId),
  }
}

/**
 * A message as it is pinned: a copy for everyone, without the key of its author's client, and without
 * reactions, which change too often for the state of the room.
 */
export function toPin(message: StoredMessage): Message {
  const { client_id, reactions, ...pin } = toWire(message)
  return pin
}

/**
 * The pins after a message has changed: a deleted one is no longer pinned.
 * @returns null: the message is not pinned
 */
export function pinsAfter({ pins }: Room, message: StoredMessage): Room['pins'] | null {
  if (!pins.some(({ id }) => id === message.id)) return null
  if (message.is_deleted) return pins.filter(({ id }) => id !== message.id)
  return pins.map((pin) => (pin.id === message.id ? toPin(message) : pin))
}

const memberOf = (id: string | null, name: string | null) =>
  id === null ? null : { id, username: name ?? erasedName }

const iso = (ms: number) => new Date(ms).toISOString()

export function auditEntryToWire(entry: NamedAuditEntry): AuditEntry {
  return {
    id: entry.id,
    at: iso(idTime(entry.id)),
    action: entry.action,
    by: memberOf(entry.by_id, entry.by_name),
    target: memberOf(entry.target_id, entry.target_name),
    message_id: entry.message_id,
    reason: entry.reason,
    until: entry.until === null ? null : iso(entry.until),
    details: entry.details,
  }
}

/** @param message as it is now; undefined: it is nowhere any more */
export function reportToWire(report: NamedReport, message: StoredMessage | undefined): Report {
  return {
    id: report.id,
    message_id: report.message_id,
    message: message && !message.is_deleted ? toWire(message) : null,
    reported_text: report.reported_text,
    author: { id: report.author_id, username: report.author_name },
    reporter: { id: report.reporter_id, username: report.reporter_name },
    reason: report.reason,
    status: report.status,
    filed_at: iso(idTime(report.id)),
    closed_by: memberOf(report.closed_by, report.closed_by_name),
    revision: report.revision,
  }
}

export const initialRoom: Room = {
  staff: [],
  slow_mode_ms: 0,
  posting: 'everyone',
  links: 'everyone',
  announcement: null,
  pins: [],
  reactions: ['👍', '❤️', '😂', '🎉', '😮', '😢'],
  revision: 0,
}
