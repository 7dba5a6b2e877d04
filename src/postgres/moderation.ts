// Reads all that a room without storage needs of moderation, and deletes what is no longer needed.

import { and, desc, eq, gte, isNotNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import { alias, type PgColumn } from 'drizzle-orm/pg-core'
import { erasedName } from '../contract/values.ts'
import { firstIdAt } from '../domain/ids.ts'
import type { RestoredModeration } from '../domain/moderation.ts'
import type { Postgres } from './client.ts'
import { findMessages } from './messages.ts'
import { audit, purges, reports, restrictions, roomState, wordList } from './moderation-tables.ts'
import { users } from './tables.ts'

/** Reports that are restored at most. */
const reportsMax = 2_000
/** Closed reports are restored too if they are not older. */
const closedDays = 30

/** Rows that one statement deletes or changes at most. */
const tidiedMax = 10_000

const dayMs = 24 * 60 * 60_000

/** True also where there is none. One without an end is never over. */
const isOver = (restriction: PgColumn, now: number): SQL =>
  sql`coalesce((${restriction} ->> 'until')::bigint <= ${now}::bigint, ${restriction} is null)`

const areBothOver = (now: number): SQL =>
  sql`(${isOver(restrictions.mute, now)} and ${isOver(restrictions.ban, now)})`

/** Also those that are over: an older copy of the room may not know that they were lifted. */
function selectRestrictions(db: Postgres) {
  return db
    .select({
      user_id: restrictions.user_id,
      username: users.username,
      mute: restrictions.mute,
      ban: restrictions.ban,
      revision: restrictions.revision,
    })
    .from(restrictions)
    .leftJoin(users, eq(users.id, restrictions.user_id))
    .orderBy(restrictions.user_id)
}

const author = alias(users, 'author')
const reporter = alias(users, 'reporter')
const closer = alias(users, 'closer')

function selectReports(db: Postgres, now: number) {
  return db
    .select({
      id: reports.id,
      message_id: reports.message_id,
      author_id: reports.author_id,
      author_name: author.username,
      reporter_id: reports.reporter_id,
      reporter_name: reporter.username,
      reason: reports.reason,
      status: reports.status,
      reported_text: reports.reported_text,
      closed_by: reports.closed_by,
      closed_by_name: closer.username,
      revision: reports.revision,
    })
    .from(reports)
    .leftJoin(author, eq(author.id, reports.author_id))
    .leftJoin(reporter, eq(reporter.id, reports.reporter_id))
    .leftJoin(closer, eq(closer.id, reports.closed_by))
    .where(or(eq(reports.status, 'open'), gte(reports.id, firstIdAt(now - closedDays * dayMs))))
    .orderBy(desc(reports.id))
    .limit(reportsMax)
}

/** Also finished ones: an older copy of the room may have their messages. */
function selectPurges(db: Postgres) {
  return db
    .select({
      revision: purges.revision,
      user_id: purges.user_id,
      from_id: purges.from_id,
      to_id: purges.to_id,
      at: purges.at,
    })
    .from(purges)
    .orderBy(purges.revision)
}

const highestRevision = sql`
  select greatest(
    0,
    (select max(revision) from room_state),
    (select max(revision) from restrictions),
    (select max(revision) from word_list),
    (select max(revision) from reports),
    (select max(revision) from purges)
  ) as revision`

/** Two requests if messages are pinned. @param now in milliseconds */
export async function readModeration(db: Postgres, now: number): Promise<RestoredModeration> {
  const [room, restricted, words, open, unfinished, highest] = await db.batch([
    db.select({ state: roomState.state }).from(roomState),
    selectRestrictions(db),
    db.select({ terms: wordList.terms, revision: wordList.revision }).from(wordList),
    selectReports(db, now),
    selectPurges(db),
    db.execute<{ revision: string }>(highestRevision),
  ])
  const stored = room[0]?.state ?? null
  const pinnedIds = stored?.pins.map(({ id }) => id) ?? []
  return {
    room: stored,
    pinned: pinnedIds.length === 0 ? [] : await findMessages(db, pinnedIds),
    restrictions: restricted.map((row) => ({ ...row, username: row.username ?? erasedName })),
    words: words[0] ?? null,
    reports: open.map((row) => ({
      ...row,
      author_name: row.author_name ?? erasedName,
      reporter_name: row.reporter_name ?? erasedName,
    })),
    purges: unfinished.map((row) => ({ ...row, at: row.at.getTime() })),
    revision: Number(highest.rows[0]?.revision ?? 0),
  }
}

export type TidyBounds = {
  /** Milliseconds. */
  now: number
  /** How long the audit log is kept; at least 1. */
  auditDays: number
  /** How long closed reports are kept; at least 1. */
  reportDays: number
  /** How long reports keep the text; 0: not at all. */
  snapshotDays: number
}

/** Leaves out rows that the room is writing, which may lock them in another order. */
const some = (key: PgColumn, condition: SQL | undefined): SQL => sql`
  ${key} in (
    select ${key} from ${key.table} where ${condition}
    order by ${key} limit ${tidiedMax}
    for update skip locked
  )`

/** Deletes some of what is no longer needed, in one request. Safe to repeat. */
export async function tidyModeration(
  db: Postgres,
  { now, auditDays, reportDays, snapshotDays }: TidyBounds,
): Promise<void> {
  const daysAgo = (days: number) => Math.max(0, now - days * dayMs)
  const timeAgo = (days: number) => new Date(daysAgo(days))
  const oldPurges = and(purges.is_done, lt(purges.at, timeAgo(1)))
  const oldRestrictions = and(areBothOver(now), lt(restrictions.changed_at, timeAgo(1)))
  const oldReports = and(ne(reports.status, 'open'), lt(reports.changed_at, timeAgo(reportDays)))
  const oldTexts = and(
    isNotNull(reports.reported_text),
    snapshotDays === 0 ? undefined : lt(reports.id, firstIdAt(daysAgo(snapshotDays))),
  )
  const oldEntries = lt(audit.id, firstIdAt(daysAgo(auditDays)))
  await db.batch([
    db.delete(purges).where(some(purges.revision, oldPurges)),
    db.delete(restrictions).where(some(restrictions.user_id, oldRestrictions)),
    db.delete(reports).where(some(reports.id, oldReports)),
    db.update(reports).set({ reported_text: null }).where(some(reports.id, oldTexts)),
    db.delete(audit).where(some(audit.id, oldEntries)),
  ])
}
