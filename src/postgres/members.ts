// Queries of a person as others see them. Erased accounts and placeholders do not count as people.

import { and, eq, isNull, not, sql } from 'drizzle-orm'
import type { Member } from '../contract/entities.ts'
import type { Postgres } from './client.ts'
import { placeholderPrefix } from './rearchive.ts'
import { users } from './tables.ts'

const isPerson = (id: string) =>
  and(
    eq(users.id, id),
    isNull(users.erased_at),
    not(sql`starts_with(${users.username_canonical}, ${placeholderPrefix})`),
  )

/** `created_at` in ISO 8601. */
export async function findProfile(
  db: Postgres,
  id: string,
): Promise<(Member & { created_at: string }) | undefined> {
  const [row] = await db
    .select({ id: users.id, username: users.username, created_at: users.created_at })
    .from(users)
    .where(isPerson(id))
  return row && { ...row, created_at: row.created_at.toISOString() }
}

export async function findMember(db: Postgres, id: string): Promise<Member | undefined> {
  const [row] = await db
    .select({ id: users.id, username: users.username })
    .from(users)
    .where(isPerson(id))
  return row
}
