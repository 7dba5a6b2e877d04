// The archive's tables. A change here becomes SQL in migrations/ by `drizzle-kit generate`.

import { sql } from 'drizzle-orm'
import { boolean, check, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

export const uniqueUsername = 'users_username_canonical_unique'
export const uniqueEmail = 'users_email_canonical_unique'

const time = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })

export const users = pgTable('users', {
  id: uuid().primaryKey(),
  username: text().notNull(),
  username_canonical: text().notNull().unique(uniqueUsername),
  email: text().notNull(),
  email_canonical: text().notNull().unique(uniqueEmail),
  password_hash: text().notNull(),
  created_at: time().notNull().defaultNow(),
  last_seen: time(),
  is_active: boolean().notNull().default(true),
})

/** The id is a UUIDv7: the primary key is the order of the history, and needs no other index. */
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
  ],
)
