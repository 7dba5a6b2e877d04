// Deletes a range of one person's messages in place, all at once, however many there are.

import type { PurgedRange } from '../../../domain/history.ts'

/**
 * No row gets a new `seq`: clients get one event for all messages, and for a row that Postgres lacks the
 * higher revision is enough.
 * @returns how many messages were deleted
 */
export function purgeMessages(
  sql: SqlStorage,
  { user_id, from_id, to_id }: PurgedRange,
  now: number,
): number {
  return sql
    .exec(
      `update messages set content = '', is_deleted = 1, revision = revision + 1,
       updated_at = max(?, coalesce(updated_at, 0) + 1)
     where id between ? and ? and user_id = ? and is_deleted = 0 returning id`,
      now,
      from_id,
      to_id,
      user_id,
    )
    .toArray().length
}
