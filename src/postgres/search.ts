// Finds messages by a part of their text. The newest messages are read one after the other, which is quick
// for a frequent term; for what is below them the trigram index is asked, which is quick for a rare one.

import { type SQL, sql } from 'drizzle-orm'
import type { StoredMessage } from '../domain/message.ts'
import { type Postgres, sqlState } from './client.ts'
import { messagesIn, type PageBounds, toStoredMessage } from './messages.ts'

export type SearchQuery = PageBounds & {
  /** Folded. */
  term: string
  /** Only messages of this user; null: of everyone. */
  userId: string | null
}

/** How many messages are read before the index is asked. A term that is in few of them is in few others. */
const readFirst = 20_000
/** Less than a request waits for Postgres, so that Postgres does not work on for nobody. */
const timeoutMs = 1_500
const queryCanceled = '57014'

const isMatch = ({ term }: SearchQuery) =>
  sql`folded like ${`%${term.replaceAll(/[\\%_]/g, '\\$&')}%`}`

function isInRange({ from, below, userId }: SearchQuery): SQL {
  const conditions = [
    sql`not is_deleted`,
    ...(from == null ? [] : [sql`id >= ${from}::uuid`]),
    ...(below === null ? [] : [sql`id < ${below}::uuid`]),
    ...(userId === null ? [] : [sql`user_id = ${userId}::uuid`]),
  ]
  return sql.join(conditions, sql` and `)
}

/** Those among the newest messages. The queries are separate so that their plans can be tested. */
export function newestHits(db: Postgres, query: SearchQuery) {
  const newest = sql`
    select id, folded from messages where ${isInRange(query)} order by id desc limit ${readFirst}`
  const ids = sql`
    select id from (${newest}) as newest where ${isMatch(query)} order by id desc limit ${query.limit}`
  return messagesIn(db, ids, query.limit)
}

/** The oldest of the messages that are read first; none: there are not so many. */
const oldestOfNewest = (query: SearchQuery): SQL => sql`
  select id from messages where ${isInRange(query)} order by id desc offset ${readFirst - 1} limit 1`

/** By the index, if `indexSettings` hold. */
export function indexedHits(db: Postgres, query: SearchQuery) {
  const ids = sql`
    select id from messages where ${isInRange(query)} and ${isMatch(query)}
    order by id desc limit ${query.limit}`
  return messagesIn(db, ids, query.limit)
}

/**
 * Settings for one transaction. Postgres knows too little of a term: it may read the whole table for one
 * that is nowhere. Only scans of bitmaps are left, which the trigram index needs. A shorter timeout that
 * the owner has set stays.
 */
export const indexSettings: SQL = sql`
  select set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true),
    set_config('enable_indexonlyscan', 'off', true),
    set_config('max_parallel_workers_per_gather', '0', true),
    set_config('statement_timeout', (
      select case when setting::integer between 1 and ${timeoutMs} then setting else ${`${timeoutMs}`} end
      from pg_settings where name = 'statement_timeout'
    ), true)`

async function find(db: Postgres, query: SearchQuery): Promise<StoredMessage[]> {
  const [newest, { rows }] = await db.batch([
    newestHits(db, query),
    db.execute<{ id: string }>(oldestOfNewest(query)),
  ])
  const below = rows[0]?.id
  const limit = query.limit - newest.length
  if (limit === 0 || below === undefined) return newest.map(toStoredMessage)
  const rest = indexedHits(db, { ...query, below, limit })
  const [, others] = await db.batch([db.execute(indexSettings), rest])
  return [...newest, ...others].map(toStoredMessage)
}

/** Messages that are not deleted, newest first. */
export async function searchMessages(
  db: Postgres,
  query: SearchQuery,
): Promise<StoredMessage[] | 'too_slow'> {
  try {
    return await find(db, query)
  } catch (error) {
    if (sqlState(error) === queryCanceled) return 'too_slow'
    throw error
  }
}
