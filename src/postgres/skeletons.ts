// Computes the skeletons of usernames that older releases registered without them. Existing names
// that look alike keep their owners; only new ones are refused. A placeholder keeps no name.

import { type SQL, sql } from 'drizzle-orm'
import { skeletonsOf } from '../domain/skeleton.ts'
import { placeholderPrefix } from './rearchive.ts'

/** Over HTTP or a connection. */
type Database = { execute(query: SQL): PromiseLike<{ rows: Record<string, unknown>[] }> }

const batchSize = 1_000

/** Safe to repeat and to stop at any point. */
export async function fillSkeletons(db: Database): Promise<void> {
  let above = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const { rows } = await db.execute(sql`
      select id, username from users
      where username_skeletons is null and erased_at is null and id > ${above}::uuid
        and not starts_with(username_canonical, ${placeholderPrefix})
      order by id limit ${batchSize}
    `)
    const filled = rows.map(({ id, username }) => ({
      id: String(id),
      skeletons: skeletonsOf(String(username)),
    }))
    const last = filled.at(-1)
    if (!last) return
    // An account that was erased meanwhile keeps nothing of its name.
    await db.execute(sql`
      update users set username_skeletons = filled.skeletons
      from jsonb_to_recordset(${JSON.stringify(filled)}::jsonb) as filled (
        id uuid, skeletons text[]
      )
      where users.id = filled.id and users.erased_at is null
    `)
    above = last.id
  }
}
