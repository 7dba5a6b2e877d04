// Deletes expired messages for good, and sees to it that no late write brings them back.

import { type SQL, sql } from 'drizzle-orm'
import type { Postgres } from './client.ts'

const lowestId = '00000000-0000-0000-0000-000000000000'

/** The lowest id that a message may have. A subquery, for statements that write messages. */
export const lowestKeptId: SQL = sql`
  coalesce((select expired_before from retention_floor), ${lowestId}::uuid)`

/**
 * Raises the floor and deletes messages below it, the oldest first.
 * @param before the lowest id that is kept
 * @returns how many were deleted, at most `max`
 */
export async function expireMessages(db: Postgres, before: string, max: number): Promise<number> {
  const { rows } = await db.execute(sql`
    with floor as (
      insert into retention_floor as known (id, expired_before) values (true, ${before}::uuid)
      on conflict (id) do update
        set expired_before = greatest(known.expired_before, excluded.expired_before)
      returning expired_before
    ), expired as (
      select messages.id from messages
      where messages.id < (select expired_before from floor)
      order by messages.id limit ${max}
    )
    delete from messages using expired where messages.id = expired.id
    returning messages.id
  `)
  return rows.length
}
