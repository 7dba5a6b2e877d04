// Account queries of the operator. An erased account does not count as one.

import { and, eq, isNull } from 'drizzle-orm'
import type { User } from '../contract/entities.ts'
import { canonicalUsername } from '../contract/username.ts'
import { canonicalEmail } from '../contract/values.ts'
import type { Postgres } from './client.ts'
import { users } from './tables.ts'
import { toUser, userColumns } from './users.ts'

/** Exactly one of the two. */
export type UserQuery = { email?: string | undefined; username?: string | undefined }

export async function searchUsers(db: Postgres, { email, username }: UserQuery): Promise<User[]> {
  const found = await db
    .select(userColumns)
    .from(users)
    .where(
      email === undefined
        ? eq(users.username_canonical, canonicalUsername(username ?? ''))
        : eq(users.email_canonical, canonicalEmail(email)),
    )
  return found.map(toUser)
}

/** @returns false: there is no such account */
export async function writeActive(db: Postgres, id: string, is_active: boolean): Promise<boolean> {
  const changed = await db
    .update(users)
    .set({ is_active })
    .where(and(eq(users.id, id), isNull(users.erased_at)))
    .returning({ id: users.id })
  return changed.length > 0
}
