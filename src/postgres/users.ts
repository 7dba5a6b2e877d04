// Queries of user accounts, and of when users were last seen.

import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import type { User } from '../contract/entities.ts'
import { canonicalUsername } from '../contract/username.ts'
import { canonicalEmail } from '../contract/values.ts'
import { skeletonsOf } from '../domain/skeleton.ts'
import { constraintOf, type Postgres, sqlState } from './client.ts'
import { uniqueEmail, uniqueUsername, users } from './tables.ts'

const uniqueViolation = '23505'

export const userColumns = {
  id: users.id,
  username: users.username,
  email: users.email,
  created_at: users.created_at,
  last_seen: users.last_seen,
  is_active: users.is_active,
}

type Row = Pick<typeof users.$inferSelect, keyof typeof userColumns>

export function toUser(row: Row): User {
  return {
    ...row,
    created_at: row.created_at.toISOString(),
    last_seen: row.last_seen?.toISOString() ?? null,
  }
}

export type NewUser = { id: string; username: string; email: string; passwordHash: string }

function textArray(texts: string[]): SQL {
  const items = texts.map((text) => sql`${text}`)
  return sql`array[${sql.join(items, sql`, `)}]::text[]`
}

/**
 * Returns the new user, or which value is taken. A username that looks like an existing one is
 * taken.
 */
export async function insertUser(
  db: Postgres,
  { id, username, email, passwordHash }: NewUser,
): Promise<User | 'username_taken' | 'email_taken'> {
  const skeletons = textArray(skeletonsOf(username))
  try {
    const [, , [row]] = await db.batch([
      // The lock admits one registration at a time, so that each sees the names before it. A unique
      // index is not possible, because older releases accepted names that look alike.
      db.execute(sql`select pg_advisory_xact_lock(hashtext('users.username_skeletons'))`),
      db.execute(sql`
        insert into users (
          id, username, username_canonical, username_skeletons,
          email, email_canonical, password_hash
        )
        select
          ${id}, ${username}, ${canonicalUsername(username)}, ${skeletons},
          ${email}, ${canonicalEmail(email)}, ${passwordHash}
        where not exists (select from users where username_skeletons && ${skeletons})
      `),
      db.select(userColumns).from(users).where(eq(users.id, id)),
    ])
    return row ? toUser(row) : 'username_taken'
  } catch (error) {
    if (sqlState(error) === uniqueViolation) {
      const constraint = constraintOf(error)
      if (constraint === uniqueUsername) return 'username_taken'
      if (constraint === uniqueEmail) return 'email_taken'
    }
    throw error
  }
}

export type Credentials = {
  id: string
  username: string
  password_hash: string
  is_active: boolean
}

/**
 * Finds an account that was registered in the last ten minutes with this name and email address,
 * for a client that did not receive the answer.
 */
export async function findRecentRegistration(
  db: Postgres,
  { username, email }: Pick<NewUser, 'username' | 'email'>,
): Promise<{ user: User; password_hash: string } | undefined> {
  const [row] = await db
    .select({ user: userColumns, password_hash: users.password_hash })
    .from(users)
    .where(
      and(
        eq(users.username_canonical, canonicalUsername(username)),
        eq(users.email_canonical, canonicalEmail(email)),
        users.is_active,
        gt(users.created_at, sql`now() - interval '10 minutes'`),
      ),
    )
  return row && { ...row, user: toUser(row.user) }
}

/** @param email in its canonical form */
export async function findByEmail(db: Postgres, email: string): Promise<Credentials | undefined> {
  const [row] = await db
    .select({
      id: users.id,
      username: users.username,
      password_hash: users.password_hash,
      is_active: users.is_active,
    })
    .from(users)
    .where(and(eq(users.email_canonical, email), isNull(users.erased_at)))
  return row
}

export async function findUser(db: Postgres, id: string): Promise<User | undefined> {
  const [row] = await db.select(userColumns).from(users).where(eq(users.id, id))
  return row && toUser(row)
}

/** Does nothing if the hash has changed meanwhile, so that a new password is not overwritten. */
export async function replacePasswordHash(
  db: Postgres,
  { id, password_hash }: Pick<Credentials, 'id' | 'password_hash'>,
  renewed: string,
): Promise<void> {
  await db
    .update(users)
    .set({ password_hash: renewed })
    .where(and(eq(users.id, id), eq(users.password_hash, password_hash)))
}

/** `at` in milliseconds. */
export type LastSeen = { user_id: string; at: number }

/** One statement. The latest time wins, in whatever order the writes arrive. */
export async function writeLastSeen(db: Postgres, sightings: LastSeen[]): Promise<void> {
  if (sightings.length === 0) return
  const seen = sightings.map(({ user_id, at }) => ({ user_id, at: new Date(at).toISOString() }))
  await db.execute(sql`
    update users set last_seen = greatest(users.last_seen, seen.at)
    from (
      select user_id, max(at) as at
      from jsonb_to_recordset(${JSON.stringify(seen)}::jsonb) as sighting (
        user_id uuid, at timestamptz
      )
      group by user_id
    ) as seen
    where users.id = seen.user_id and users.erased_at is null
      and seen.at > coalesce(users.last_seen, '-infinity')
  `)
}
