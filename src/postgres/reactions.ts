// Reads the reactions to messages from the archive.

import { and, asc, eq, gt, gte, inArray, lte, type SQL, sql } from 'drizzle-orm'
import type { OwnReactions, PersonReactions } from '../contract/reactions.ts'
import type { ArchivedReactions, TotalsOf, WhoBounds } from '../domain/reactions.ts'
import type { MessageRevision } from '../domain/restored-state.ts'
import type { Postgres } from './client.ts'
import { selectMessage, toStoredMessage } from './messages.ts'
import { reactionSets, reactionTotals } from './reaction-tables.ts'
import { users } from './tables.ts'

/** A message with all reactions to it. One request. */
export async function findReactions(db: Postgres, id: string): Promise<ArchivedReactions> {
  const [[row], sets] = await db.batch([
    selectMessage(db, id),
    db
      .select({ user_id: reactionSets.user_id, reactions: reactionSets.reactions })
      .from(reactionSets)
      .where(eq(reactionSets.message_id, id)),
  ])
  return { message: row && toStoredMessage(row), sets }
}

export async function findTotals(db: Postgres, ids: string[]): Promise<TotalsOf[]> {
  if (ids.length === 0) return []
  return await db.select().from(reactionTotals).where(inArray(reactionTotals.message_id, ids))
}

/** Rows of a message that is deleted count as newer than any. */
export async function readReactionRevisions(
  db: Postgres,
  ids: string[],
): Promise<MessageRevision[]> {
  const { rows } = await db.execute<{ id: string; revision: string }>(sql`
    select messages.id,
      case when is_deleted then ${Number.MAX_SAFE_INTEGER}::bigint
        else reaction_totals.revision end as revision
    from messages left join reaction_totals on reaction_totals.message_id = messages.id
    where messages.id in (
        select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)
      ) and (is_deleted or reaction_totals.revision is not null)
  `)
  return rows.map(({ id, revision }) => ({ id, revision: Number(revision) }))
}

function selectOwn(db: Postgres, userId: string, condition: SQL | undefined, limit: number) {
  return db
    .select({ message_id: reactionSets.message_id, reactions: reactionSets.reactions })
    .from(reactionSets)
    .where(and(eq(reactionSets.user_id, userId), condition))
    .orderBy(asc(reactionSets.message_id))
    .limit(limit)
}

const byMessage = (rows: { message_id: string; reactions: string[] }[]): OwnReactions =>
  Object.fromEntries(rows.map(({ message_id, reactions }) => [message_id, reactions]))

/** What one person has chosen for these messages. */
export async function readOwnTo(
  db: Postgres,
  userId: string,
  ids: string[],
): Promise<OwnReactions> {
  if (ids.length === 0) return {}
  return byMessage(await selectOwn(db, userId, inArray(reactionSets.message_id, ids), ids.length))
}

/** The same for a range, both ends included, oldest first. */
export async function readOwnBetween(
  db: Postgres,
  userId: string,
  { from, to, limit }: { from: string; to: string; limit: number },
): Promise<OwnReactions> {
  const { message_id } = reactionSets
  const inRange = and(gte(message_id, from), lte(message_id, to))
  return byMessage(await selectOwn(db, userId, inRange, limit))
}

/** The people who reacted to a message, in the order of their ids. */
export async function readWho(
  db: Postgres,
  messageId: string,
  { above, emoji, limit }: WhoBounds,
): Promise<PersonReactions[]> {
  return await db
    .select({
      user_id: reactionSets.user_id,
      username: users.username,
      reactions: reactionSets.reactions,
    })
    .from(reactionSets)
    .innerJoin(users, eq(users.id, reactionSets.user_id))
    .where(
      and(
        eq(reactionSets.message_id, messageId),
        above === '' ? undefined : gt(reactionSets.user_id, above),
        emoji === null ? undefined : sql`${emoji} = any(${reactionSets.reactions})`,
      ),
    )
    .orderBy(asc(reactionSets.user_id))
    .limit(limit)
}

/** The names of these people, by id. */
export async function findNames(db: Postgres, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ id: users.id, username: users.username })
    .from(users)
    .where(inArray(users.id, ids))
  return new Map(rows.map(({ id, username }) => [id, username]))
}
