// Writes rows of the room to the archive: all kinds of a batch in one transaction.

import type { SQL } from 'drizzle-orm'
import type {
  ArchiveKind,
  ArchiveRow,
  ArchiveStates,
  UnknownAuthors,
} from '../domain/archive-row.ts'
import type { FenceCheck, RoomKey } from '../domain/fence.ts'
import type { Postgres } from './client.ts'
import { advanceFence } from './fence.ts'
import { upsertBytes, upsertMessages } from './message-writes.ts'
import {
  insertAudit,
  insertPurges,
  upsertReports,
  upsertRestrictions,
  upsertRoom,
  upsertWords,
} from './moderation-rows.ts'
import { upsertReactions } from './reaction-writes.ts'
import { upsertReadMarkers } from './read-markers.ts'
import { type Author, insertPlaceholders } from './rearchive.ts'
import { bytesInRequest } from './request-size.ts'

/** Of a kind whose table has no foreign keys, and whose rows are written as they are. */
const independent = { bytesOf: bytesInRequest, authorsOf: () => [] }

const kinds: {
  [K in ArchiveKind]: {
    /** The statement that writes rows. */
    upsert: (states: ArchiveStates[K][]) => SQL
    /** The bytes that a row adds to it. */
    bytesOf: (state: ArchiveStates[K]) => number
    /** The users whose ids the row contains; Postgres refuses it without them. */
    authorsOf: (state: ArchiveStates[K]) => Author[]
  }
} = {
  messages: {
    upsert: upsertMessages,
    bytesOf: upsertBytes,
    authorsOf: ({ user_id, username }) => [{ id: user_id, username }],
  },
  purges: { upsert: insertPurges, ...independent },
  room: { upsert: upsertRoom, ...independent },
  restrictions: { upsert: upsertRestrictions, ...independent },
  words: { upsert: upsertWords, ...independent },
  reports: { upsert: upsertReports, ...independent },
  audit: { upsert: insertAudit, ...independent },
  read_markers: { upsert: upsertReadMarkers, ...independent },
  reactions: { upsert: upsertReactions, ...independent },
}

/**
 * Idempotent: the higher revision wins, or the newer marker. An empty list writes nothing, but still tests the
 * connection. The fence comes first: of two rooms that write at once, one waits there.
 */
export async function writeArchive(
  db: Postgres,
  rows: ArchiveRow[],
  fence: { room: RoomKey; check: FenceCheck } | null,
  unknownAuthors: UnknownAuthors = 'refuse',
): Promise<void> {
  // Always in the order of the kinds: writers that lock in the same order cannot deadlock.
  const upserts = (Object.keys(kinds) as ArchiveKind[]).flatMap((kind) => upsertOf(kind, rows))
  const authors = unknownAuthors === 'placeholder' ? rows.flatMap(authorsOf) : []
  const statements = [
    ...(fence ? [advanceFence(fence.room, fence.check)] : []),
    ...(authors.length > 0 ? [insertPlaceholders(authors)] : []),
    ...upserts,
  ]
  const [first = upsertMessages([]), ...others] = statements
  if (others.length === 0) await db.execute(first)
  else await db.batch([db.execute(first), ...others.map((statement) => db.execute(statement))])
}

function authorsOf<K extends ArchiveKind>({ kind, state }: ArchiveRow<K>): Author[] {
  return kinds[kind].authorsOf(state)
}

/** No statement if there is no row of this kind. */
function upsertOf<K extends ArchiveKind>(kind: K, rows: ArchiveRow[]): SQL[] {
  const ofKind = rows.filter((row) => row.kind === kind) as ArchiveRow<K>[]
  return ofKind.length === 0 ? [] : [kinds[kind].upsert(ofKind.map(({ state }) => state))]
}

/** How many bytes a row adds to the body of the request that writes it. */
export function bytesOf<K extends ArchiveKind>({ kind, state }: ArchiveRow<K>): number {
  return kinds[kind].bytesOf(state)
}
