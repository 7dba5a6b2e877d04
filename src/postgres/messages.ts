// Reads archived messages. Pages are ordered by id.

import { and, asc, desc, eq, gt, gte, inArray, lt, not, type SQL, sql } from 'drizzle-orm'
import type { StoredMessage } from '../domain/message.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import { referencesOf } from '../domain/references.ts'
import type { Postgres } from './client.ts'
import { reactionTotals } from './reaction-tables.ts'
import { messages, users } from './tables.ts'

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
      counts: reactionTotals.counts,
      reactions_revision: reactionTotals.revision,
    })
    .from(messages)
    .innerJoin(users, eq(users.id, messages.user_id))
    .leftJoin(reactionTotals, eq(reactionTotals.message_id, messages.id))
}

type Row = Awaited<ReturnType<typeof selectMessages>>[number]

export function toStoredMessage(row: Row): StoredMessage {
  const { reply_to, mentions, mentions_room, counts, reactions_revision, ...message } = row
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
    ...(counts && { reactions: { counts, revision: reactions_revision ?? 0 } }),
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

export function selectMessage(db: Postgres, id: string) {
  return selectMessages(db).where(eq(messages.id, id))
}

/** One message, deleted or not. */
export async function findMessage(db: Postgres, id: string): Promise<StoredMessage | undefined> {
  const [row] = await selectMessage(db, id)
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
