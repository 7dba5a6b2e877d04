// Brings a Postgres that was set back or lost to what the room still knows. All of it is idempotent.

import { type SQL, sql } from 'drizzle-orm'
import type { ErasureMode } from '../contract/values.ts'
import { erasedName } from '../contract/values.ts'
import type { Endings } from '../domain/endings.ts'
import type { Postgres } from './client.ts'
import { deleteOwnMessages } from './message-writes.ts'
import { selectNewestId } from './messages.ts'
import { eraseAccount } from './own-account.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Messages of an erased account that one call deletes at most. */
const deleteBatchSize = 2_000

/** A placeholder's canonical forms begin with this. No username contains a colon, and no email address lacks an @. */
export const placeholderPrefix = 'unknown:'

export type Author = { id: string; username: string }

/**
 * Inserts a user for each author that is not there, so that their messages can be written. Nobody can
 * log in as one, and anybody may register with its name and email address.
 */
export function insertPlaceholders(authors: Author[]): SQL {
  const distinct = [...new Map(authors.map((author) => [author.id, author])).values()]
  const json = JSON.stringify(
    distinct.map(({ id, username }) => ({
      id,
      username,
      is_erased: username === erasedName,
    })),
  )
  // Empty skeletons, not null: null means that they are still to be filled in.
  return sql`
    insert into users (
      id, username, username_canonical, username_skeletons, email, email_canonical, password_hash,
      is_active, erased_at
    )
    select
      id,
      username,
      case when is_erased then 'erased:' else ${placeholderPrefix} end || id,
      case when is_erased then null else '{}'::text[] end,
      '',
      case when is_erased then 'erased:' else ${placeholderPrefix} end || id,
      '',
      false,
      case when is_erased then now() end
    from jsonb_to_recordset(${json}::jsonb) as author (id uuid, username text, is_erased boolean)
    order by id
    on conflict do nothing
  `
}

/** The id of the newest message, deleted or not; null: there is none. */
export async function findNewestId(db: Postgres): Promise<string | null> {
  const [row] = await selectNewestId(db)
  return row?.id ?? null
}

/** As JSON. One id that Postgres cannot read would refuse all others. */
const uuidsOf = (ids: string[]) => JSON.stringify(ids.filter((id) => uuid.test(id)))

export async function applyEndings(db: Postgres, { users, sessions }: Endings): Promise<void> {
  const json = uuidsOf(users)
  const ended = uuidsOf(sessions)
  // The account comes first: no session begins for an inactive one.
  await db.batch([
    db.execute(sql`
      update users set is_active = false
      where is_active and id in (select value::uuid from jsonb_array_elements_text(${json}::jsonb))
    `),
    db.execute(sql`
      delete from sessions
      where id in (select value::uuid from jsonb_array_elements_text(${ended}::jsonb))
        or user_id in (select value::uuid from jsonb_array_elements_text(${json}::jsonb))
    `),
  ])
}

/**
 * Erases an account that was erased at `at` (ms), a step of its messages at a time.
 * @returns whether there is more to do
 */
export async function eraseAgain(
  db: Postgres,
  userId: string,
  { mode, at }: { mode: ErasureMode; at: number },
): Promise<boolean> {
  if (mode === 'delete') {
    const bounds = { above: null, limit: deleteBatchSize, now: at }
    if ((await deleteOwnMessages(db, userId, bounds)) !== null) return true
  }
  await eraseAccount(db, userId, at)
  return false
}
