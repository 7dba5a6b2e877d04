// The tables of reactions. They have no foreign keys, so the room may write its rows in any order. Triggers of
// `messages` remove the rows of a message that is deleted: migrations/0009_reactions.sql.

import { bigint, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { ReactionCounts } from '../contract/reactions.ts'

/** How often each emoji was chosen for a message: the sum of its rows in `reaction_sets`. */
export const reactionTotals = pgTable('reaction_totals', {
  message_id: uuid().primaryKey(),
  counts: jsonb().$type<ReactionCounts>().notNull(),
  revision: bigint({ mode: 'number' }).notNull(),
})

/** What one person has chosen for a message. A person who has chosen nothing has no row. */
export const reactionSets = pgTable(
  'reaction_sets',
  {
    message_id: uuid().notNull(),
    user_id: uuid().notNull(),
    reactions: text().array().notNull(),
  },
  (set) => [
    primaryKey({ columns: [set.message_id, set.user_id] }),
    // Used by the export and the erasure of an account, and by its own reactions.
    index('reaction_sets_user_id_message_id_index').on(set.user_id, set.message_id),
  ],
)
