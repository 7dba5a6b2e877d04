// The tables of moderation. They have no foreign keys, so the room may write its rows in any order.

import { sql } from 'drizzle-orm'
import { bigint, boolean, check, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { Room } from '../contract/moderation.ts'
import type { AuditEntry, ReportStatus } from '../contract/moderation-records.ts'
import type { StoredRestriction } from '../domain/moderation.ts'
import { time } from './columns.ts'

const revision = () => bigint({ mode: 'number' })

/** One row: what holds for everyone in the room. */
export const roomState = pgTable(
  'room_state',
  {
    id: boolean().primaryKey().default(true),
    revision: revision().notNull(),
    state: jsonb().$type<Room>().notNull(),
  },
  (room) => [check('room_state_one_row', sql`${room.id}`)],
)

/** A lifted restriction is null, and one that is over may still be there. */
export const restrictions = pgTable('restrictions', {
  user_id: uuid().primaryKey(),
  mute: jsonb().$type<StoredRestriction>(),
  ban: jsonb().$type<StoredRestriction>(),
  revision: revision().notNull(),
  changed_at: time().notNull().defaultNow(),
})

/** One row: the words that messages must not contain. */
export const wordList = pgTable(
  'word_list',
  {
    id: boolean().primaryKey().default(true),
    terms: jsonb().$type<string[]>().notNull(),
    revision: revision().notNull(),
  },
  (words) => [check('word_list_one_row', sql`${words.id}`)],
)

/** The id is a UUIDv7, which tells when the report was filed. */
export const reports = pgTable(
  'reports',
  {
    id: uuid().primaryKey(),
    message_id: uuid().notNull(),
    author_id: uuid().notNull(),
    reporter_id: uuid().notNull(),
    reason: text(),
    status: text().$type<ReportStatus>().notNull(),
    /** The text when it was reported. Once removed, it does not come back. */
    reported_text: text(),
    /** null: it is open, or the operator closed it. */
    closed_by: uuid(),
    revision: revision().notNull(),
    changed_at: time().notNull().defaultNow(),
  },
  (report) => [
    // Used by the erasure of an account.
    index('reports_author_id_index')
      .on(report.author_id)
      .where(sql`${report.reported_text} is not null`),
    // Used by a room that lost its storage.
    index('reports_open_index').on(report.id).where(sql`${report.status} = 'open'`),
  ],
)

/** The id is a UUIDv7, so its order is the order of what happened. */
export const audit = pgTable('audit', {
  id: uuid().primaryKey(),
  action: text().$type<AuditEntry['action']>().notNull(),
  /** null: the operator. */
  by_id: uuid(),
  target_id: uuid(),
  message_id: uuid(),
  reason: text(),
  /** Milliseconds since the epoch, because years of more than four digits are valid, too. */
  until: bigint({ mode: 'number' }),
  details: jsonb().$type<AuditEntry['details']>().notNull(),
})

/** All messages of a user from one id to another, both included, were deleted at once. */
export const purges = pgTable('purges', {
  revision: revision().primaryKey(),
  user_id: uuid().notNull(),
  from_id: uuid().notNull(),
  to_id: uuid().notNull(),
  at: time().notNull(),
  /** The archive has deleted all of these messages. */
  is_done: boolean().notNull().default(false),
})
