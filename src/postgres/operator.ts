// What the operator does to accounts. An erased one is no account any more.

import { and, eq, isNull } from 'drizzle-orm'
import type { User } from '../contract/entities.ts'
import { canonicalUsername } from '../contract/username.ts'
import { canonicalEmail } from '../contract/values.ts'
import type { Postgres } from './client.ts'
import { asUser, toUser } from './members.ts'
import { users } from './tables.ts'

/** Of one of both. */
export type Sought = { email?: string | undefined; username?: string | undefined }

export async function lookUp(db: Postgres, { email, username }: Sought): Promise<User[]> {
  const found = await db
    .select(asUser)
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
