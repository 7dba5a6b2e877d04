// Computes the form in which texts are searched, for messages that an older release wrote. Until then the
// search does not find them.

import { type SQL, sql } from 'drizzle-orm'
import { folded } from '../domain/folded-text.ts'

/** Over HTTP or a connection. */
type Database = { execute(query: SQL): PromiseLike<{ rows: Record<string, unknown>[] }> }

const batchSize = 1_000

/** Safe to repeat and to stop at any point. */
export async function fillFoldedTexts(db: Database): Promise<void> {
  let above = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const { rows } = await db.execute(sql`
      select id, content, revision from messages
      where folded is null and not is_deleted and id > ${above}::uuid
      order by id limit ${batchSize}
    `)
    const filled = rows.map(({ id, content, revision }) => ({
      id: String(id),
      revision: Number(revision),
      folded: folded(String(content)),
    }))
    const last = filled.at(-1)
    if (!last) return
    // A message that was changed meanwhile keeps nothing of its former text.
    await db.execute(sql`
      update messages set folded = filled.folded
      from jsonb_to_recordset(${JSON.stringify(filled)}::jsonb) as filled (
        id uuid, revision integer, folded text
      )
      where messages.id = filled.id and messages.revision = filled.revision
        and messages.folded is null and not messages.is_deleted
    `)
    above = last.id
  }
}
