// Queries of a room that lost its storage: who may not come in, what is the newest message, and which
// messages earlier sends have made.

import { sql } from 'drizzle-orm'
import type {
  ExcludedBounds,
  MessageRevision,
  RestorePage,
  SendKey,
} from '../domain/restored-state.ts'
import type { Postgres } from './client.ts'
import { selectNewestId } from './messages.ts'

type ExcludedRow = { user_id: string; is_erased: boolean; has_messages: boolean }

/** One request. */
export async function readForRestore(
  db: Postgres,
  { above, limit }: ExcludedBounds,
): Promise<RestorePage> {
  const [newest, excluded] = await db.batch([
    selectNewestId(db),
    db.execute<ExcludedRow>(sql`
      select id as user_id, erased_at is not null as is_erased,
        erased_at is not null and exists (
          select from messages where user_id = users.id and not is_deleted
        ) as has_messages
      from users
      where not is_active and (${above}::uuid is null or id > ${above}::uuid)
      order by id limit ${limit}
    `),
  ])
  return {
    newestId: newest[0]?.id ?? null,
    excluded: excluded.rows.map(({ user_id, is_erased, has_messages }) => ({
      user_id,
      erased: !is_erased ? null : has_messages ? 'keep' : 'delete',
    })),
  }
}

/** Those of these messages that exist. */
export async function readRevisions(db: Postgres, ids: string[]): Promise<MessageRevision[]> {
  const { rows } = await db.execute<MessageRevision>(sql`
    select id, revision from messages
    where id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))
  `)
  return rows
}

/**
 * The messages that sends with these keys have made.
 * @param above only newer messages than this id
 */
export async function findSends(
  db: Postgres,
  keys: SendKey[],
  above: string,
): Promise<(SendKey & { message_id: string })[]> {
  const { rows } = await db.execute<SendKey & { message_id: string }>(sql`
    select messages.user_id, messages.client_id, messages.id as message_id
    from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as key (user_id uuid, client_id text)
    join messages on messages.user_id = key.user_id and messages.client_id = key.client_id
    where messages.client_id is not null and messages.id > ${above}
  `)
  return rows
}
