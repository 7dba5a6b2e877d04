// Deletes the messages of a purge from the archive, a step at a time.

import { sql } from 'drizzle-orm'
import type { StoredPurge } from '../domain/moderation.ts'
import type { Postgres } from './client.ts'
import { deletion } from './message-writes.ts'

/**
 * Deletes the oldest of them, as a deletion in the room does. Safe to repeat. The step after the last
 * message marks the purge as done, also one that was never flushed.
 * @param max messages
 * @returns whether there may be more
 */
export async function purgeMessages(
  db: Postgres,
  { revision, user_id, from_id, to_id, at }: StoredPurge,
  max: number,
): Promise<boolean> {
  const { rows } = await db.execute<{ may_have_more: boolean }>(sql`
    with chosen as (
      select id from messages
      where user_id = ${user_id} and not is_deleted
        and id between ${from_id}::uuid and ${to_id}::uuid
      order by id limit ${max}
      for update
    ), deleted as (
      update messages set ${deletion(at)}
      from chosen
      where messages.id = chosen.id
      returning messages.id
    ), texts as (
      update reports set reported_text = null
      where author_id = ${user_id} and reported_text is not null
        and message_id between ${from_id}::uuid and ${to_id}::uuid
    ), done as (
      insert into purges (revision, user_id, from_id, to_id, at, is_done)
      select ${revision}::bigint, ${user_id}::uuid, ${from_id}::uuid, ${to_id}::uuid,
        to_timestamp(${at}::bigint / 1000.0), true
      where (select count(*) from deleted) < ${max}::bigint
      on conflict (revision) do update set is_done = true
    )
    select count(*) >= ${max}::bigint as may_have_more from deleted
  `)
  return rows[0]?.may_have_more === true
}
