// Queries of the links of people who forgot their password. A link is good for the address that it was
// sent to, as long as that is the address of an active account.

import { sql } from 'drizzle-orm'
import type { Postgres } from './client.ts'
import { deleteExpiredRows } from './expired-rows.ts'
import { passwordResets } from './tables.ts'
import { iso } from './times.ts'

/** Times in milliseconds. */
export type NewReset = { hash: string; expiresAt: number }

/**
 * Begins a reset, and ends the former one of the account.
 *
 * @param email in its canonical form
 * @returns the address of the account as its owner wrote it; null: there is no active account
 */
export async function beginReset(
  db: Postgres,
  email: string,
  { hash, expiresAt }: NewReset,
): Promise<string | null> {
  const { rows } = await db.execute<{ email: string }>(sql`
    with account as (
      select id, email, email_canonical from users
      where email_canonical = ${email} and is_active and erased_at is null
    ), begun as (
      insert into password_resets (user_id, token_hash, email_canonical, expires_at)
      select id, ${hash}, email_canonical, ${iso(expiresAt)}::timestamptz from account
      on conflict (user_id) do update set
        token_hash = excluded.token_hash,
        email_canonical = excluded.email_canonical,
        expires_at = excluded.expires_at
      returning user_id
    )
    select account.email from account join begun on begun.user_id = account.id
  `)
  return rows[0]?.email ?? null
}

export type ResetAccount = { id: string; username: string; email: string }

/**
 * The account of a link that can be used.
 *
 * @param now in milliseconds
 */
export async function findReset(
  db: Postgres,
  hash: string,
  now: number,
): Promise<ResetAccount | undefined> {
  const { rows } = await db.execute<ResetAccount>(sql`
    select users.id, users.username, users.email
    from password_resets join users on users.id = password_resets.user_id
    where ${isUsable(hash, now)}
  `)
  return rows[0]
}

const isUsable = (hash: string, now: number) => sql`
  password_resets.token_hash = ${hash} and password_resets.expires_at > ${iso(now)}::timestamptz
  and password_resets.email_canonical = users.email_canonical
  and users.is_active and users.erased_at is null`

/**
 * Uses a link, once: changes the password and ends all sessions.
 *
 * @returns the sessions that ended; null: the link cannot be used any more
 */
export async function useReset(
  db: Postgres,
  { hash, userId, now }: { hash: string; userId: string; now: number },
  renewed: string,
): Promise<string[] | null> {
  // Separate statements, because each sees what was written while the first waited for its lock: the
  // second of two calls at the same time finds no link, and a session that began meanwhile ends.
  const [, used, ended] = await db.batch([
    db.execute(sql`select from users where id = ${userId} for no key update`),
    db.execute<{ id: string }>(sql`
      with used as (
        delete from password_resets using users
        where users.id = password_resets.user_id and users.id = ${userId} and ${isUsable(hash, now)}
        returning password_resets.user_id, password_resets.email_canonical
      )
      update users set password_hash = ${renewed}
      from used
      where users.id = used.user_id and users.email_canonical = used.email_canonical
        and users.is_active
      returning users.id
    `),
    db.execute<{ id: string }>(sql`
      delete from sessions
      where user_id = ${userId}
        and exists (select from users where id = ${userId} and password_hash = ${renewed})
      returning id
    `),
  ])
  return used.rows.length === 0 ? null : ended.rows.map((row) => row.id)
}

/** Deletes some of the links that have expired. */
export async function deleteExpiredResets(db: Postgres, now: number): Promise<void> {
  await db.execute(deleteExpiredRows(passwordResets, passwordResets.user_id, now))
}
