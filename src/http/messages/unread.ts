// How far a person has read, and what is unread: from the room, and from Postgres if the marker is older than
// what the room has.

import type { ReadState } from '../../contract/entities.ts'
import { limits } from '../../contract/values.ts'
import { isShown, type MessageVersion } from '../../domain/history.ts'
import { newerId } from '../../domain/ids.ts'
import { isWithinRoom, type RoomMarker } from '../../domain/read-marker.ts'
import type { Caller } from '../../domain/session.ts'
import {
  findReadMarker,
  type ReadVersions,
  readUnread,
  readUnreadMentions,
} from '../../postgres/read-markers.ts'
import type { Services } from '../app-env.ts'
import { oldestKeptId } from '../backends/retention.ts'
import { readRoom } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'
import { unwrap } from '../problem-error.ts'
import { readOverlay } from './second-look.ts'

const { unreadMax } = limits

/** How often more is read in the place of deleted messages that Postgres still shows. */
const readsMax = 10

type Archived = {
  userId: string
  /** Only messages with a greater id. */
  above: string
  /** The room has all from this id on; null: it has none. */
  tailFrom: string | null
  /** How many the room has counted. */
  counted: number
}

/** Adds what Postgres has to what the room has counted. Deletions that Postgres lacks count. */
async function addArchived(
  services: Services,
  read: ReadVersions,
  { userId, above, tailFrom, counted }: Archived,
): Promise<number> {
  const { postgres } = services
  const bounds = { userId, below: tailFrom, from: oldestKeptId(services), limit: unreadMax }
  let count = counted
  let last: string | undefined = above
  for (let reads = 0; last !== undefined && count < unreadMax && reads < readsMax; reads++) {
    const found: MessageVersion[] = await queryPostgres(read(postgres, { ...bounds, above: last }))
    if (found.length > 0) count += found.filter(isShown(await readOverlay(services, found))).length
    last = found[unreadMax - 1]?.id
  }
  return Math.min(count, unreadMax)
}

export async function readStateOf(services: Services, caller: Caller): Promise<ReadState> {
  const ask = async (archivedId: string | null) =>
    unwrap(await readRoom(services, (room) => room.readState(caller, archivedId)))
  const { id: userId } = caller.member
  let state = await ask(null)
  if (!isWithinRoom(state)) {
    const archivedId = await queryPostgres(findReadMarker(services.postgres, userId))
    if (archivedId !== null) state = await ask(archivedId)
  }
  const { lastReadId, tailFrom, unread, mentions } = state
  if (lastReadId === null) return { last_read_id: null, unread: 0, mentions: 0 }
  if (isWithinRoom(state)) return { last_read_id: lastReadId, unread, mentions }
  const archived = { userId, above: lastReadId, tailFrom }
  const [allUnread, allMentions] = await Promise.all([
    addArchived(services, readUnread, { ...archived, counted: unread }),
    addArchived(services, readUnreadMentions, { ...archived, counted: mentions }),
  ])
  return { last_read_id: lastReadId, unread: allUnread, mentions: allMentions }
}

/**
 * The marker as it is now. Without Postgres it may be older than the one that `readStateOf` gives later, but
 * only if the room lost its storage.
 */
export async function markerNow(
  { postgres }: Services,
  userId: string,
  marker: RoomMarker,
): Promise<string | null> {
  if (isWithinRoom(marker)) return marker.lastReadId
  const archivedId = await queryPostgres(findReadMarker(postgres, userId)).catch(() => null)
  return newerId(marker.lastReadId, archivedId)
}
