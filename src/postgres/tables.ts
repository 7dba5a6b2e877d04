// The archive's tables. A change here becomes SQL in migrations/ by `drizzle-kit generate`.

import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

export const uniqueUsername = 'users_username_canonical_unique'
export const undeletedIndex = 'messages_undeleted_index'
export const uniqueEmail = 'users_email_canonical_unique'

const time = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })

export const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    username: text().notNull(),
    username_canonical: text().notNull().unique(uniqueUsername),
    /** null: not computed yet, for the row was written by an older release; or the name is erased. */
    username_skeletons: text().array(),
    email: text().notNull(),
    email_canonical: text().notNull().unique(uniqueEmail),
    password_hash: text().notNull(),
    created_at: time().notNull().defaultNow(),
    last_seen: time(),
    is_active: boolean().notNull().default(true),
    /** The account is no more; the row stays for the messages that were kept. */
    erased_at: time(),
  },
  (user) => [index('users_username_skeletons_index').using('gin', user.username_skeletons)],
)

/** The id is a UUIDv7: its order is the order of the history. */
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
  },
  (message) => [
    check('messages_deleted_is_blank', sql`not ${message.is_deleted} or ${message.content} = ''`),
    check('messages_revision_positive', sql`${message.revision} > 0`),
    index('messages_user_id_id_index').on(message.user_id, message.id),
    // A page reads this one: by the primary key it would have to read every deleted row on its way.
    index(undeletedIndex).on(message.id).where(sql`not ${message.is_deleted}`),
  ],
)

/** A session ends by losing its row. Of its refresh tokens only digests are kept. */
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
    /** Of the token that was exchanged for the current one. */
    previous_hash: text(),
  },
  (session) => [
    index('sessions_user_id_index').on(session.user_id),
    index('sessions_expires_at_index').on(session.expires_at),
  ],
)
