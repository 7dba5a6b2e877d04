// Queries of how far people have read, and of what came after that in the archive.

import { and, arrayContains, asc, eq, gt, gte, lt, ne, not, or, type SQL, sql } from 'drizzle-orm'
import type { MessageVersion } from '../domain/history.ts'
import type { StoredReadMarker } from '../domain/read-marker.ts'
import type { Postgres } from './client.ts'
import { messages, readMarkers } from './tables.ts'

/** The newer message wins. An erased account has no marker: the room may have sent it before the erasure. */
export function upsertReadMarkers(states: StoredReadMarker[]): SQL {
  return sql`
    insert into read_markers (user_id, message_id)
    select user_id, message_id
    from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as written (
      user_id uuid, message_id uuid
    )
    where not exists (
      select from users where users.id = written.user_id and erased_at is not null
    )
    order by user_id
    on conflict (user_id) do update set message_id = excluded.message_id
    where read_markers.message_id < excluded.message_id
  `
}

/** The newest message that a person has read; null: there is no marker. */
export async function findReadMarker(db: Postgres, userId: string): Promise<string | null> {
  const [row] = await db
    .select({ id: readMarkers.message_id })
    .from(readMarkers)
    .where(eq(readMarkers.user_id, userId))
  return row?.id ?? null
}

export type UnreadBounds = {
  userId: string
  /** Only messages with a greater id. */
  above: string
  /** Only messages with a smaller id; null: up to the newest. */
  below: string | null
  /** Only messages with this id or a greater one; null: from the oldest. */
  from: string | null
  limit: number
}

export type ReadVersions = (db: Postgres, bounds: UnreadBounds) => Promise<MessageVersion[]>

function readVersions(
  db: Postgres,
  { userId, above, below, from, limit }: UnreadBounds,
  condition?: SQL,
): Promise<MessageVersion[]> {
  return db
    .select({ id: messages.id, user_id: messages.user_id, revision: messages.revision })
    .from(messages)
    .where(
      and(
        not(messages.is_deleted),
        gt(messages.id, above),
        below === null ? undefined : lt(messages.id, below),
        from === null ? undefined : gte(messages.id, from),
        ne(messages.user_id, userId),
        condition,
      ),
    )
    .orderBy(asc(messages.id))
    .limit(limit)
}

/** Undeleted messages of others, oldest first. */
export const readUnread: ReadVersions = (db, bounds) => readVersions(db, bounds)

/** Those of them that mention the person or the room: see `isMentioned` of src/domain/references.ts. */
export const readUnreadMentions: ReadVersions = (db, bounds) =>
  readVersions(
    db,
    bounds,
    or(arrayContains(messages.mentions, [bounds.userId]), messages.mentions_room),
  )
