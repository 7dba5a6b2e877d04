// Messages in the archive: written whole and idempotently, read in pages in the order of their ids.

import { and, asc, desc, eq, gt, lt, not, sql } from 'drizzle-orm'
import { idTime } from '../domain/ids.ts'
import type { KeptMessage } from '../domain/message.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import type { Postgres } from './client.ts'
import { messages, users } from './tables.ts'

const iso = (ms: number) => new Date(ms).toISOString()

/** As it stands in the parameter of the upsert. */
function written(row: KeptMessage) {
  return {
    id: row.id,
    user_id: row.user_id,
    content: row.content,
    created_at: iso(idTime(row.id)),
    updated_at: row.updated_at === null ? null : iso(row.updated_at),
    is_deleted: row.is_deleted,
    revision: row.revision,
  }
}

const utf8 = new TextEncoder()

/** Of the request's body, where the row is JSON within JSON: a control character takes seven. */
export function bytesOf(row: KeptMessage): number {
  return utf8.encode(JSON.stringify(JSON.stringify(written(row)))).length
}

/**
 * One statement with one parameter, so that 2,000 rows fit; where a row exists the higher revision
 * wins. Each id at most once. Without rows it writes nothing, but asks all the same.
 */
export async function upsertMessages(db: Postgres, rows: KeptMessage[]): Promise<void> {
  const json = JSON.stringify(rows.map(written))
  // In the order of ids: two writers that lock rows in one order can't deadlock.
  await db.execute(sql`
    insert into messages (id, user_id, content, created_at, updated_at, is_deleted, revision)
    select id, user_id, content, created_at, updated_at, is_deleted, revision
    from jsonb_to_recordset(${json}::jsonb) as written (
      id uuid, user_id uuid, content text, created_at timestamptz, updated_at timestamptz,
      is_deleted boolean, revision integer
    )
    order by id
    on conflict (id) do update set
      content = excluded.content,
      updated_at = excluded.updated_at,
      is_deleted = excluded.is_deleted,
      revision = excluded.revision
    where messages.revision < excluded.revision
  `)
}

function selectMessages(db: Postgres) {
  return db
    .select({
      id: messages.id,
      user_id: messages.user_id,
      username: users.username,
      content: messages.content,
      updated_at: messages.updated_at,
      is_deleted: messages.is_deleted,
      revision: messages.revision,
    })
    .from(messages)
    .innerJoin(users, eq(users.id, messages.user_id))
}

type Row = Awaited<ReturnType<typeof selectMessages>>[number]

function keptMessage(row: Row): KeptMessage {
  return { ...row, updated_at: row.updated_at?.getTime() ?? null, client_id: null }
}

export type PageBounds = {
  /** Only what is older than this id; null: from the newest. */
  below: string | null
  /** Rows. */
  limit: number
}

/** The query of a page, for whoever asks how it is executed. */
export function pageQuery(db: Postgres, { below, limit }: PageBounds) {
  return selectMessages(db)
    .where(and(not(messages.is_deleted), below === null ? undefined : lt(messages.id, below)))
    .orderBy(desc(messages.id))
    .limit(limit)
}

/** Undeleted messages, newest first. */
export async function readPage(db: Postgres, bounds: PageBounds): Promise<KeptMessage[]> {
  const rows = await pageQuery(db, bounds)
  return rows.map(keptMessage)
}

/** One message, deleted or not. */
export async function findMessage(db: Postgres, id: string): Promise<KeptMessage | undefined> {
  const [row] = await selectMessages(db).where(eq(messages.id, id))
  return row && keptMessage(row)
}

/** All messages of one person, deleted ones too, oldest first. */
export async function readOwn(
  db: Postgres,
  userId: string,
  { above, limit }: OwnBounds,
): Promise<KeptMessage[]> {
  const rows = await selectMessages(db)
    .where(and(eq(messages.user_id, userId), above === null ? undefined : gt(messages.id, above)))
    .orderBy(asc(messages.id))
    .limit(limit)
  return rows.map(keptMessage)
}

/** `now` in milliseconds. */
export type DeleteBounds = OwnBounds & { now: number }

/**
 * Deletes messages of one person, as a deletion in the room would. Safe to repeat.
 *
 * @returns the newest id of those it deleted; null: there are no more
 */
export async function deleteOwn(
  db: Postgres,
  userId: string,
  { above, limit, now }: DeleteBounds,
): Promise<string | null> {
  const { rows } = await db.execute<{ id: string }>(sql`
    with chosen as (
      select id from messages
      where user_id = ${userId} and not is_deleted and (${above}::uuid is null or id > ${above}::uuid)
      order by id limit ${limit}
      for update
    )
    update messages set
      content = '',
      is_deleted = true,
      revision = revision + 1,
      updated_at = greatest(
        ${iso(now)}::timestamptz,
        coalesce(updated_at, created_at) + interval '1 millisecond'
      )
    from chosen
    where messages.id = chosen.id
    returning messages.id
  `)
  return rows.reduce<string | null>(
    (newest, { id }) => (newest === null || id > newest ? id : newest),
    null,
  )
}
