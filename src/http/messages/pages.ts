// Pages of the history: what is older than a place, what came next after a message, and what is around one.

import type { Position } from '../../contract/entities.ts'
import type { Page } from '../../contract/routes/messages.ts'
import { type HistoryPage, newerCursor, type RoomShare, toPage } from '../../domain/history.ts'
import { idAfter, newerId } from '../../domain/ids.ts'
import type { StoredMessage } from '../../domain/message.ts'
import { readIdsAfter } from '../../postgres/messages.ts'
import type { Services } from '../app-env.ts'
import { oldestKeptId } from '../backends/retention.ts'
import { readRoom } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'
import { pageOfBoth } from './read-page.ts'
import { secondLook } from './second-look.ts'

/** @param before null: from the newest */
export async function pageBefore(
  services: Services,
  share: RoomShare,
  { before, limit }: { before: string | null; limit: number },
): Promise<Page> {
  const { messages: found, nextCursor } = await pageOfBoth(services, share, limit)
  const messages = await secondLook(services, found)
  const previousCursor = newerCursor(before, messages)
  return toPage({ messages, nextCursor, previousCursor }, share.session)
}

/** Where a page ends that holds this many messages above an id. */
type UpperBound = {
  /** The page holds what is below this id. */
  before: string
  /** The newest of these messages, if there are more; otherwise null. */
  previousCursor: string | null
  /** When the room was asked. Messages that came later are on no page with this bound. */
  position: Position
}

async function boundAbove(services: Services, id: string, count: number): Promise<UpperBound> {
  const above = newerId(id, oldestKeptId(services) ?? '')
  const { session, from, ids } = await readRoom(services, (room) => room.idsAfter(above, count + 1))
  const isInRoom = from !== null && above >= from
  const limit = count + 1
  const archived = isInRoom
    ? []
    : await queryPostgres(readIdsAfter(services.postgres, { above, below: from, limit }))
  const all = [...new Set([...archived, ...ids])].sort()
  const next = all[count]
  // Messages that arrive meanwhile must not push out any of these, so there is a bound in any case.
  if (next === undefined)
    return { before: idAfter(all.at(-1) ?? id), previousCursor: null, position: session }
  return { before: next, previousCursor: all[count - 1] ?? id, position: session }
}

/** Reads down from an id, over all pages that end short, until another id or a full page. */
async function readDownTo(
  services: Services,
  { id, before, limit }: { id: string; before: string; limit: number },
): Promise<HistoryPage> {
  const messages: StoredMessage[] = []
  for (let cursor = before; ; ) {
    const wanted = limit - messages.length
    const share = await readRoom(services, (room) => room.newest(cursor, wanted))
    const page = await pageOfBoth(services, share, wanted)
    messages.push(...page.messages)
    const { nextCursor } = page
    const isDone = nextCursor === null || nextCursor <= id || messages.length >= limit
    if (isDone) return { messages, nextCursor }
    cursor = nextCursor
  }
}

/** What came next after a message. */
export async function pageAfter(services: Services, id: string, limit: number): Promise<Page> {
  const { before, previousCursor, position } = await boundAbove(services, id, limit)
  const found = await readDownTo(services, { id, before, limit })
  const next = found.messages.filter((message) => message.id > id)
  const isOldest = found.nextCursor === null && next.length === found.messages.length
  const messages = await secondLook(services, next)
  const nextCursor = isOldest ? null : (next.at(-1)?.id ?? idAfter(id))
  return toPage({ messages, nextCursor, previousCursor }, position)
}

/** A message in the middle of what came before and after it. */
export async function pageAround(services: Services, id: string, limit: number): Promise<Page> {
  const half = Math.floor(limit / 2)
  const { before, previousCursor, position } = await boundAbove(services, id, half)
  const { messages: found, nextCursor } = await readDownTo(services, { id, before, limit })
  const messages = await secondLook(services, found)
  return toPage({ messages, nextCursor, previousCursor }, position)
}
