// Queries of archived messages. Writes are idempotent; pages are ordered by id.

import { and, asc, desc, eq, gt, gte, inArray, lt, not, type SQL, sql } from 'drizzle-orm'
import { folded } from '../domain/folded-text.ts'
import { idTime } from '../domain/ids.ts'
import type { StoredMessage } from '../domain/message.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import { referencesOf } from '../domain/references.ts'
import type { Postgres } from './client.ts'
import { lowestKeptId } from './expiry.ts'
import { bytesInRequest } from './request-size.ts'
import { messages, users } from './tables.ts'

const iso = (ms: number) => new Date(ms).toISOString()

/** A row in the JSON parameter of the upsert. */
function toJson(row: StoredMessage) {
  return {
    id: row.id,
    user_id: row.user_id,
    content: row.content,
    created_at: iso(idTime(row.id)),
    updated_at: row.updated_at === null ? null : iso(row.updated_at),
    is_deleted: row.is_deleted,
    revision: row.revision,
    client_id: row.client_id,
    reply_to: row.references?.reply_to ?? null,
    mentions: row.references?.mentions.length ? row.references.mentions : null,
    mentions_room: row.references?.mentions_room ?? false,
    folded: row.is_deleted ? null : folded(row.content),
  }
}

export const upsertBytes = (row: StoredMessage): number => bytesInRequest(toJson(row))

/**
 * Writes rows with distinct ids. The higher revision wins; of an equal one, that without a client_id,
 * which an erased account no longer has. One statement with one parameter, so
 * that 2,000 rows fit. An empty list writes nothing.
 */
export function upsertMessages(rows: StoredMessage[]): SQL {
  const json = JSON.stringify(rows.map(toJson))
  // Ordered by id, because two writers that lock rows in the same order cannot deadlock. A row that
  // the room had to load from here comes back without its client_id, and one that a room of the release
  // before loaded without what it refers to. A trigger removes that of a deleted message.
  return sql`
    insert into messages (
      id, user_id, content, created_at, updated_at, is_deleted, revision, client_id,
      reply_to, mentions, mentions_room, folded
    )
    select id, user_id, content, created_at, updated_at, is_deleted, revision, client_id,
      reply_to, mentions, mentions_room, folded
    from jsonb_to_recordset(${json}::jsonb) as written (
      id uuid, user_id uuid, content text, created_at timestamptz, updated_at timestamptz,
      is_deleted boolean, revision integer, client_id text,
      reply_to uuid, mentions uuid[], mentions_room boolean, folded text
    )
    where id >= ${lowestKeptId}
    order by id
    on conflict (id) do update set
      content = excluded.content,
      updated_at = excluded.updated_at,
      is_deleted = excluded.is_deleted,
      revision = excluded.revision,
      reply_to = coalesce(excluded.reply_to, messages.reply_to),
      mentions = coalesce(excluded.mentions, messages.mentions),
      mentions_room = excluded.mentions_room or messages.mentions_room,
      folded = excluded.folded,
      client_id = case
        when messages.revision = excluded.revision then null
        else coalesce(messages.client_id, excluded.client_id)
      end
    where messages.revision < excluded.revision
      or messages.revision = excluded.revision
        and excluded.client_id is null and messages.client_id is not null
  `
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
      reply_to: messages.reply_to,
      mentions: messages.mentions,
      mentions_room: messages.mentions_room,
    })
    .from(messages)
    .innerJoin(users, eq(users.id, messages.user_id))
}

type Row = Awaited<ReturnType<typeof selectMessages>>[number]

export function toStoredMessage(row: Row): StoredMessage {
  const { reply_to, mentions, mentions_room, ...message } = row
  const references = referencesOf({
    reply_to: reply_to ?? undefined,
    mentions: mentions ?? [],
    mentions_room,
  })
  return {
    ...message,
    updated_at: row.updated_at?.getTime() ?? null,
    client_id: null,
    ...(references && { references }),
  }
}

/** The messages that a query of ids finds, newest first. */
export function messagesIn(db: Postgres, ids: SQL, limit: number) {
  return selectMessages(db)
    .where(sql`${messages.id} in (${ids})`)
    .orderBy(desc(messages.id))
    .limit(limit)
}

export type PageBounds = {
  /** Only messages with this id or a greater one; null and undefined: down to the oldest. */
  from?: string | null
  /** Only messages with a smaller id; null: from the newest. */
  below: string | null
  /** Rows. */
  limit: number
}

/** The query of a page, separate so that its plan can be tested. */
export function pageQuery(db: Postgres, { from, below, limit }: PageBounds) {
  return selectMessages(db)
    .where(
      and(
        not(messages.is_deleted),
        below === null ? undefined : lt(messages.id, below),
        from == null ? undefined : gte(messages.id, from),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(limit)
}

/** The id of the newest message, deleted or not. */
export function selectNewestId(db: Postgres) {
  return db.select({ id: messages.id }).from(messages).orderBy(desc(messages.id)).limit(1)
}

/** Messages that are not deleted, newest first. */
export async function readPage(db: Postgres, bounds: PageBounds): Promise<StoredMessage[]> {
  const rows = await pageQuery(db, bounds)
  return rows.map(toStoredMessage)
}

/** The ids of undeleted messages above one, and below another unless that is null, oldest first. */
export async function readIdsAfter(
  db: Postgres,
  { above, below, limit }: { above: string; below: string | null; limit: number },
): Promise<string[]> {
  const rows = await db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        not(messages.is_deleted),
        gt(messages.id, above),
        below === null ? undefined : lt(messages.id, below),
      ),
    )
    .orderBy(asc(messages.id))
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** One message, deleted or not. */
export async function findMessage(db: Postgres, id: string): Promise<StoredMessage | undefined> {
  const [row] = await selectMessages(db).where(eq(messages.id, id))
  return row && toStoredMessage(row)
}

/** Those of these messages that exist, deleted or not, in any order. */
export async function findMessages(db: Postgres, ids: string[]): Promise<StoredMessage[]> {
  if (ids.length === 0) return []
  const rows = await selectMessages(db).where(inArray(messages.id, ids))
  return rows.map(toStoredMessage)
}

/** All messages of one user, including deleted ones, oldest first. */
export async function readOwnMessages(
  db: Postgres,
  userId: string,
  { above, limit }: OwnBounds,
): Promise<StoredMessage[]> {
  const rows = await selectMessages(db)
    .where(and(eq(messages.user_id, userId), above === null ? undefined : gt(messages.id, above)))
    .orderBy(asc(messages.id))
    .limit(limit)
  return rows.map(toStoredMessage)
}

/**
 * The assignments that delete a message, as a deletion in the room does.
 * @param now in milliseconds
 */
export const deletion = (now: number): SQL => sql`
  content = '',
  is_deleted = true,
  revision = revision + 1,
  updated_at = greatest(
    ${iso(now)}::timestamptz,
    coalesce(updated_at, created_at) + interval '1 millisecond'
  )`

/** `now` in milliseconds. */
export type DeleteBounds = OwnBounds & { now: number }

/**
 * Deletes messages of one user. Safe to repeat.
 *
 * @returns the newest id of the deleted messages; null: there are no more
 */
export async function deleteOwnMessages(
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
    update messages set ${deletion(now)}
    from chosen
    where messages.id = chosen.id
    returning messages.id
  `)
  return rows.reduce<string | null>(
    (newest, { id }) => (newest === null || id > newest ? id : newest),
    null,
  )
}
