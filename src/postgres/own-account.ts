// Queries of the caller's own account: reads it with its session, changes its password, erases it.

import { and, eq, gt, isNotNull, sql } from 'drizzle-orm'
import type { User } from '../contract/entities.ts'
import { erasedName } from '../contract/values.ts'
import type { Caller } from '../domain/session.ts'
import type { Postgres } from './client.ts'
import { restrictions } from './moderation-tables.ts'
import { eraseReactionsOf } from './reaction-writes.ts'
import { eraseReasonsOf, eraseReportTexts } from './reports.ts'
import { messages, passwordResets, readMarkers, sessions, users } from './tables.ts'
import { type Credentials, toUser, userColumns } from './users.ts'

export type OwnAccount = {
  user: User
  password_hash: string
  /** The account was erased. */
  isErased: boolean
  /** The caller's session has not ended. */
  isSessionActive: boolean
}

/** @param now in milliseconds */
export async function findOwnAccount(
  db: Postgres,
  { member, sessionId }: Caller,
  now: number,
): Promise<OwnAccount | undefined> {
  const [row] = await db
    .select({
      user: userColumns,
      password_hash: users.password_hash,
      erased_at: users.erased_at,
      session_id: sessions.id,
    })
    .from(users)
    .leftJoin(
      sessions,
      and(
        eq(sessions.id, sessionId),
        eq(sessions.user_id, users.id),
        gt(sessions.expires_at, new Date(now)),
      ),
    )
    .where(eq(users.id, member.id))
  if (!row) return undefined
  const { user, password_hash, erased_at, session_id } = row
  return {
    user: toUser(user),
    password_hash,
    isErased: erased_at !== null,
    isSessionActive: session_id !== null,
  }
}

/**
 * Changes the password and ends all other sessions, unless the hash has changed since it was read.
 *
 * @returns the sessions that ended; null: the account has changed
 */
export async function writePassword(
  db: Postgres,
  { id, password_hash }: Pick<Credentials, 'id' | 'password_hash'>,
  { renewed, keep }: { renewed: string; keep: string },
): Promise<string[] | null> {
  // Two statements, because the second one sees a session that began while the first waited for its
  // lock.
  const [changed, ended] = await db.batch([
    db
      .update(users)
      .set({ password_hash: renewed })
      .where(and(eq(users.id, id), eq(users.password_hash, password_hash), users.is_active))
      .returning({ id: users.id }),
    db.execute<{ id: string }>(sql`
      delete from sessions
      where user_id = ${id} and id <> ${keep}::uuid
        and exists (select from users where id = ${id} and password_hash = ${renewed})
      returning id
    `),
    // A link that is still in a mailbox must not change it again.
    db.execute(sql`
      delete from password_resets
      where user_id = ${id}
        and exists (select from users where id = ${id} and password_hash = ${renewed})
    `),
  ])
  return changed.length === 0 ? null : ended.rows.map((row) => row.id)
}

/**
 * Erases the personal data. The row stays, because kept and unflushed messages refer to it.
 *
 * @param now in milliseconds
 */
export async function eraseAccount(db: Postgres, id: string, now: number): Promise<void> {
  // No username contains a colon, and no email address lacks an @.
  const canonical = `erased:${id}`
  await db.batch([
    db
      .update(users)
      .set({
        username: erasedName,
        username_canonical: canonical,
        username_skeletons: null,
        email: '',
        email_canonical: canonical,
        password_hash: '',
        is_active: false,
        erased_at: new Date(now),
        last_seen: null,
      })
      .where(eq(users.id, id)),
    db.delete(sessions).where(eq(sessions.user_id, id)),
    db.delete(passwordResets).where(eq(passwordResets.user_id, id)),
    db
      .update(messages)
      .set({ client_id: null })
      .where(and(eq(messages.user_id, id), isNotNull(messages.client_id))),
    db.execute(eraseReactionsOf(id)),
    eraseReportTexts(db, id),
    eraseReasonsOf(db, id),
    db.delete(restrictions).where(eq(restrictions.user_id, id)),
    db.delete(readMarkers).where(eq(readMarkers.user_id, id)),
  ])
}
