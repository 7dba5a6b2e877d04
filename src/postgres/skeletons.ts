// Fills in the skeletons of names that were registered before there were any. Names that look alike
// stay with their owners: only a new one is refused.

import { type SQL, sql } from 'drizzle-orm'
import { skeletonsOf } from '../domain/skeleton.ts'

/** Over HTTP or a connection. */
type Database = { execute(query: SQL): PromiseLike<{ rows: Record<string, unknown>[] }> }

const rowsAtOnce = 1_000

/** Can be repeated, and stopped at any point. */
export async function fillSkeletons(db: Database): Promise<void> {
  let above = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const { rows } = await db.execute(sql`
      select id, username from users
      where username_skeletons is null and erased_at is null and id > ${above}::uuid
      order by id limit ${rowsAtOnce}
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
