// Queries of sessions, each in one request. A change of an account locks its row first, so that no
// session begins or is renewed concurrently.

import { and, desc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Rotation } from '../domain/session-refresh.ts'
import type { Postgres } from './client.ts'
import { deleteExpiredRows } from './expired-rows.ts'
import { sessions, users } from './tables.ts'
import { iso } from './times.ts'
import type { Credentials } from './users.ts'

/** Sessions per account; one more ends the least recently used. */
export const maxSessions = 50

/** Times in milliseconds. */
export type NewSession = {
  id: string
  userAgent: string | null
  refreshHash: string
  now: number
  expiresAt: number
}

/**
 * Begins a session, unless the account has changed since its password was checked.
 *
 * @returns the sessions that ended to make room; null: the account has changed
 */
export async function beginSession(
  db: Postgres,
  { id: userId, password_hash }: Pick<Credentials, 'id' | 'password_hash'>,
  { id, userAgent, refreshHash, now, expiresAt }: NewSession,
): Promise<string[] | null> {
  const [begun, replaced] = await db.batch([
    db.execute(sql`
      insert into sessions
        (id, user_id, created_at, last_used_at, expires_at, user_agent, refresh_hash)
      select ${id}::uuid, users.id, ${iso(now)}::timestamptz, ${iso(now)}::timestamptz,
        ${iso(expiresAt)}::timestamptz, ${userAgent}::text, ${refreshHash}::text
      from users
      where users.id = ${userId} and users.is_active and users.password_hash = ${password_hash}
      for no key update
      returning id
    `),
    // Keeps the new session even if this clock is behind the times of the others.
    db.execute<{ id: string }>(sql`
      delete from sessions
      where user_id = ${userId} and id not in (
        select id from sessions
        where user_id = ${userId}
        order by id = ${id}::uuid desc, last_used_at desc
        limit ${maxSessions}
      )
      returning id
    `),
  ])
  return begun.rows.length === 0 ? null : replaced.rows.map((row) => row.id)
}

/** A session with what a refresh needs. Times in milliseconds. */
export type RefreshedSession = Rotation & { user_id: string; username: string; is_active: boolean }

export async function findSession(db: Postgres, id: string): Promise<RefreshedSession | undefined> {
  const [row] = await db
    .select({
      user_id: sessions.user_id,
      username: users.username,
      is_active: users.is_active,
      refresh_hash: sessions.refresh_hash,
      previous_hash: sessions.previous_hash,
      rotated_at: sessions.last_used_at,
      expires_at: sessions.expires_at,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.user_id))
    .where(eq(sessions.id, id))
  return (
    row && { ...row, rotated_at: row.rotated_at.getTime(), expires_at: row.expires_at.getTime() }
  )
}

/** Times in milliseconds. */
export type RotationWrite = {
  seen: string
  presented: string
  next: string
  now: number
  expiresAt: number
}

/** @returns false: another call has rotated the token */
export async function rotateSession(
  db: Postgres,
  id: string,
  { seen, presented, next, now, expiresAt }: RotationWrite,
): Promise<boolean> {
  const rotated = await db
    .update(sessions)
    .set({
      refresh_hash: next,
      previous_hash: presented,
      last_used_at: new Date(now),
      expires_at: new Date(expiresAt),
    })
    .where(and(eq(sessions.id, id), eq(sessions.refresh_hash, seen)))
    .returning({ id: sessions.id })
  return rotated.length > 0
}

/** Times in ISO 8601. */
export type SessionRecord = {
  id: string
  created_at: string
  last_used_at: string
  expires_at: string
  user_agent: string | null
}

/** Sessions that have not ended at `now` (milliseconds), most recently used first. */
export async function listSessions(
  db: Postgres,
  userId: string,
  now: number,
): Promise<SessionRecord[]> {
  const rows = await db
    .select({
      id: sessions.id,
      created_at: sessions.created_at,
      last_used_at: sessions.last_used_at,
      expires_at: sessions.expires_at,
      user_agent: sessions.user_agent,
    })
    .from(sessions)
    .where(and(eq(sessions.user_id, userId), gt(sessions.expires_at, new Date(now))))
    .orderBy(desc(sessions.last_used_at), desc(sessions.id))
  return rows.map((row) => ({
    ...row,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
  }))
}

export async function deleteSessions(db: Postgres, ids: string[]): Promise<void> {
  if (ids.length > 0) await db.delete(sessions).where(inArray(sessions.id, ids))
}

/** @returns their ids */
export async function deleteAllSessions(db: Postgres, userId: string): Promise<string[]> {
  const ended = await db
    .delete(sessions)
    .where(eq(sessions.user_id, userId))
    .returning({ id: sessions.id })
  return ended.map(({ id }) => id)
}

/** Deletes some of the expired rows, which no client can use again. */
export async function deleteExpiredSessions(db: Postgres, now: number): Promise<void> {
  await db.execute(deleteExpiredRows(sessions, sessions.id, now))
}
