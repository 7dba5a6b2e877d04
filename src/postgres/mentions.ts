// Finds the messages of others that mention a person or the whole room.

import { sql } from 'drizzle-orm'
import type { StoredMessage } from '../domain/message.ts'
import type { Postgres } from './client.ts'
import { messagesIn, type PageBounds, toStoredMessage } from './messages.ts'

/** The query of a page, separate so that its plan can be tested. */
export function mentionsQuery(db: Postgres, userId: string, { from, below, limit }: PageBounds) {
  const isWanted = sql.join(
    [
      sql`not is_deleted`,
      sql`user_id <> ${userId}::uuid`,
      ...(from == null ? [] : [sql`id >= ${from}::uuid`]),
      ...(below === null ? [] : [sql`id < ${below}::uuid`]),
    ],
    sql` and `,
  )
  // Materialized and unsorted, because Postgres would otherwise read the whole history, from the newest
  // message on, to find the few messages that mention a person.
  const ids = sql`
    with to_person as materialized (
      select id from messages where mentions @> array[${userId}::uuid] and ${isWanted}
    )
    (select id from to_person order by id desc limit ${limit})
    union
    (select id from messages where mentions_room and ${isWanted} order by id desc limit ${limit})`
  return messagesIn(db, ids, limit)
}

/** Messages that are not deleted, newest first. */
export async function readMentions(
  db: Postgres,
  userId: string,
  bounds: PageBounds,
): Promise<StoredMessage[]> {
  const rows = await mentionsQuery(db, userId, bounds)
  return rows.map(toStoredMessage)
}
