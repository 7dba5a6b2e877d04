// The tables of accounts, messages and the room's fence. `npm run db:generate` writes changes of this
// file, moderation-tables.ts and reaction-tables.ts as SQL to migrations/.

import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { time } from './columns.ts'

export const uniqueUsername = 'users_username_canonical_unique'
export const undeletedIndex = 'messages_undeleted_index'
export const fenceMatches = 'room_fences_matches'
export const uniqueEmail = 'users_email_canonical_unique'

export const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    username: text().notNull(),
    username_canonical: text().notNull().unique(uniqueUsername),
    /** null: an older release wrote the row without them, or the name is erased. */
    username_skeletons: text().array(),
    email: text().notNull(),
    email_canonical: text().notNull().unique(uniqueEmail),
    password_hash: text().notNull(),
    created_at: time().notNull().defaultNow(),
    last_seen: time(),
    is_active: boolean().notNull().default(true),
    /** When the account was erased; the row stays for the messages that were kept. */
    erased_at: time(),
  },
  (user) => [index('users_username_skeletons_index').using('gin', user.username_skeletons)],
)

/** The id is a UUIDv7, so its order is the order of the history. */
export const messages = pgTable(
  'messages',
  {
    id: uuid().primaryKey(),
    user_id: uuid()
      .notNull()
      .references(() => users.id),
    content: text().notNull(),
    created_at: time().notNull(),
    updated_at: time(),
    is_deleted: boolean().notNull(),
    revision: integer().notNull(),
    /** The idempotency key of the send; null: there was none, or an older release wrote the row. */
    client_id: text(),
    reply_to: uuid(),
    /** The ids of people; null: none. */
    mentions: uuid().array(),
    mentions_room: boolean().notNull().default(false),
    /**
     * The text in the form in which it is searched: src/domain/folded-text.ts. null: an older release wrote
     * the text. A trigger removes it, and the three above, where a statement does not.
     */
    folded: text(),
  },
  (message) => [
    // Used by a room that lost its storage, to recognise the sends of the last day.
    index('messages_user_id_client_id_index')
      .on(message.user_id, message.client_id)
      .where(sql`${message.client_id} is not null`),
    check('messages_deleted_is_blank', sql`not ${message.is_deleted} or ${message.content} = ''`),
    check('messages_revision_positive', sql`${message.revision} > 0`),
    index('messages_user_id_id_index').on(message.user_id, message.id),
    // Used by history pages: the primary key would read every deleted row between two pages.
    index(undeletedIndex).on(message.id).where(sql`not ${message.is_deleted}`),
    index('messages_folded_index')
      .using('gin', message.folded.op('gin_trgm_ops'))
      .where(sql`not ${message.is_deleted}`),
    index('messages_mentions_index')
      .using('gin', message.mentions)
      .where(sql`${message.mentions} is not null`),
    index('messages_mentions_room_index').on(message.id).where(sql`${message.mentions_room}`),
  ],
)

/** How far people have read. The newer message wins. It has no foreign keys, like the tables of moderation. */
export const readMarkers = pgTable('read_markers', {
  user_id: uuid().primaryKey(),
  message_id: uuid().notNull(),
})

/** A session ends when its row is deleted. Refresh tokens are stored only as digests. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    user_id: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    created_at: time().notNull(),
    /** When its tokens were last renewed. */
    last_used_at: time().notNull(),
    expires_at: time().notNull(),
    user_agent: text(),
    refresh_hash: text().notNull(),
    /** Digest of the token that was exchanged for the current one. */
    previous_hash: text(),
  },
  (session) => [
    index('sessions_user_id_index').on(session.user_id),
    index('sessions_expires_at_index').on(session.expires_at),
  ],
)

/**
 * The link of a person who forgot the password: one of each account, so that a new one ends the former. A
 * row of an address that the account no longer has is of no use.
 */
export const passwordResets = pgTable(
  'password_resets',
  {
    user_id: uuid()
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Digest of the token, which is stored nowhere. */
    token_hash: text().notNull().unique('password_resets_token_hash_unique'),
    /** The address that the link was sent to. */
    email_canonical: text().notNull(),
    expires_at: time().notNull(),
  },
  (reset) => [index('password_resets_expires_at_index').on(reset.expires_at)],
)

/**
 * One row: the lowest id that a message may have, once messages have expired. It only rises, and
 * writes of messages below it are left out.
 */
export const retentionFloor = pgTable(
  'retention_floor',
  {
    id: boolean().primaryKey().default(true),
    expired_before: uuid().notNull(),
  },
  (floor) => [check('retention_floor_one_row', sql`${floor.id}`)],
)

/**
 * How far each room has written. A flush compares and sets this row in its own transaction, so a
 * database or a room that was set back, or a second room, is noticed before it does harm.
 */
export const roomFences = pgTable(
  'room_fences',
  {
    environment: text().notNull(),
    room: text().notNull(),
    /** The random name of the room's log. */
    epoch: text().notNull(),
    /** The epochs that the log had before, as a JSON array: a room with one of these was set back. */
    former_epochs: jsonb().$type<string[]>().notNull().default([]),
    /** Postgres has every event of that log up to this one. */
    flushed_seq: bigint({ mode: 'number' }).notNull(),
    written_at: time().notNull().defaultNow(),
  },
  (fence) => [
    primaryKey({ columns: [fence.environment, fence.room] }),
    // A write that does not match the row sets -1, and this check then refuses its transaction.
    check(fenceMatches, sql`${fence.flushed_seq} >= 0`),
  ],
)
