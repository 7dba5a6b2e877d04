// Writes and deletes archived messages. Each statement is safe to repeat.

import { type SQL, sql } from 'drizzle-orm'
import { folded } from '../domain/folded-text.ts'
import { idTime } from '../domain/ids.ts'
import type { StoredMessage } from '../domain/message.ts'
import type { OwnBounds } from '../domain/own-messages.ts'
import type { Postgres } from './client.ts'
import { lowestKeptId } from './expiry.ts'
import { bytesInRequest } from './request-size.ts'
import { iso } from './times.ts'

/** A row in the JSON parameter of the upsert. */
function toJson(row: StoredMessage) {
  return {
    id: row.id,
    user_id: row.user_id,
    content: row.content,
    created_at: iso(idTime(row.id)),
    updated_at: row.updated_at === null ? null : iso(row.updated_at),
    is_deleted: row.is_deleted,
    revision: row.revision,
    client_id: row.client_id,
    reply_to: row.references?.reply_to ?? null,
    mentions: row.references?.mentions.length ? row.references.mentions : null,
    mentions_room: row.references?.mentions_room ?? false,
    folded: row.is_deleted ? null : folded(row.content),
  }
}

export const upsertBytes = (row: StoredMessage): number => bytesInRequest(toJson(row))

/**
 * Writes rows with distinct ids. The higher revision wins; of an equal one, that without a client_id,
 * which an erased account no longer has. One statement with one parameter, so
 * that 2,000 rows fit. An empty list writes nothing.
 */
export function upsertMessages(rows: StoredMessage[]): SQL {
  const json = JSON.stringify(rows.map(toJson))
  // Ordered by id, because two writers that lock rows in the same order cannot deadlock. A row that
  // the room had to load from here comes back without its client_id, and one that a room of the release
  // before loaded without what it refers to. A trigger removes that of a deleted message.
  return sql`
    insert into messages (
      id, user_id, content, created_at, updated_at, is_deleted, revision, client_id,
      reply_to, mentions, mentions_room, folded
    )
    select id, user_id, content, created_at, updated_at, is_deleted, revision, client_id,
      reply_to, mentions, mentions_room, folded
    from jsonb_to_recordset(${json}::jsonb) as written (
      id uuid, user_id uuid, content text, created_at timestamptz, updated_at timestamptz,
      is_deleted boolean, revision integer, client_id text,
      reply_to uuid, mentions uuid[], mentions_room boolean, folded text
    )
    where id >= ${lowestKeptId}
    order by id
    on conflict (id) do update set
      content = excluded.content,
      updated_at = excluded.updated_at,
      is_deleted = excluded.is_deleted,
      revision = excluded.revision,
      reply_to = coalesce(excluded.reply_to, messages.reply_to),
      mentions = coalesce(excluded.mentions, messages.mentions),
      mentions_room = excluded.mentions_room or messages.mentions_room,
      folded = excluded.folded,
      client_id = case
        when messages.revision = excluded.revision then null
        else coalesce(messages.client_id, excluded.client_id)
      end
    where messages.revision < excluded.revision
      or messages.revision = excluded.revision
        and excluded.client_id is null and messages.client_id is not null
  `
}

/**
 * The assignments that delete a message, as a deletion in the room does.
 * @param now in milliseconds
 */
export const deletion = (now: number): SQL => sql`
  content = '',
  is_deleted = true,
  revision = revision + 1,
  updated_at = greatest(
    ${iso(now)}::timestamptz,
    coalesce(updated_at, created_at) + interval '1 millisecond'
  )`

/** `now` in milliseconds. */
export type DeleteBounds = OwnBounds & { now: number }

/**
 * Deletes messages of one user. Safe to repeat.
 *
 * @returns the newest id of the deleted messages; null: there are no more
 */
export async function deleteOwnMessages(
  db: Postgres,
  userId: string,
  { above, limit, now }: DeleteBounds,
): Promise<string | null> {
  const { rows } = await db.execute<{ id: string }>(sql`
    with chosen as (
      select id from messages
      where user_id = ${userId} and not is_deleted and (${above}::uuid is null or id > ${above}::uuid)
      order by id limit ${limit}
      for update
    )
    update messages set ${deletion(now)}
    from chosen
    where messages.id = chosen.id
    returning messages.id
  `)
  return rows.reduce<string | null>(
    (newest, { id }) => (newest === null || id > newest ? id : newest),
    null,
  )
}
