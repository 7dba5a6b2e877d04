// An account in the hands of its owner: read with the session that asks, its password changed, and
// its end.

import { and, eq, gt, sql } from 'drizzle-orm'
import type { User } from '../contract/entities.ts'
import { erasedName } from '../contract/values.ts'
import type { Caller } from '../domain/session.ts'
import type { Postgres } from './client.ts'
import { asUser, type Credentials, toUser } from './members.ts'
import { sessions, users } from './tables.ts'

export type OwnAccount = {
  user: User
  password_hash: string
  /** It has ended for good. */
  isErased: boolean
  /** The session that asks has not ended. */
  isOpen: boolean
}

/** @param now in milliseconds */
export async function findOwnAccount(
  db: Postgres,
  { member, sessionId }: Caller,
  now: number,
): Promise<OwnAccount | undefined> {
  const [row] = await db
    .select({
      user: asUser,
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
    isOpen: session_id !== null,
  }
}

/**
 * Unless the account has changed since the hash was read. All sessions but one end with it.
 *
 * @returns the sessions that ended; null: the account has changed
 */
export async function writePassword(
  db: Postgres,
  { id, password_hash }: Pick<Credentials, 'id' | 'password_hash'>,
  { renewed, keep }: { renewed: string; keep: string },
): Promise<string[] | null> {
  // Two statements: the second sees a session that began while the first waited for its lock.
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
  ])
  return changed.length === 0 ? null : ended.rows.map((row) => row.id)
}

/**
 * Nothing is left of the person; the row stays, for the messages that were kept and those that are
 * still to be written.
 *
 * @param now in milliseconds
 */
export async function eraseAccount(db: Postgres, id: string, now: number): Promise<void> {
  // No username has a colon, and no email is without an @.
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
  ])
}
