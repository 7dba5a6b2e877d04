// One person's own reactions: from the room as far as it has the reactions to a message, otherwise from
// Postgres.

import type { OwnReactions } from '../../contract/reactions.ts'
import { reactionLimits } from '../../contract/reactions.ts'
import type { Page } from '../../contract/routes/messages.ts'
import type { OwnReactionsPage } from '../../contract/routes/reactions.ts'
import { idAfter, newerId } from '../../domain/ids.ts'
import { chosenOnly, type MessageRange, type OwnInRoom } from '../../domain/reactions.ts'
import type { Caller } from '../../domain/session.ts'
import { readOwnBetween, readOwnTo } from '../../postgres/reactions.ts'
import type { Outcome } from '../../room/rpc.ts'
import type { Services } from '../app-env.ts'
import { oldestKeptId } from '../backends/retention.ts'
import { readRoom, readRoomOrElse } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'
import { unwrap } from '../problem-error.ts'

const isInTail = (id: string, { tailFrom }: OwnInRoom) => tailFrom !== null && id >= tailFrom

/** @returns undefined: they are not at hand */
async function ownTo(
  services: Services,
  reader: Caller,
  messageIds: string[],
): Promise<OwnReactions | undefined> {
  if (messageIds.length === 0) return {}
  const inRoom = await readRoomOrElse<Outcome<OwnInRoom> | null>(
    services,
    (room) => room.ownReactions(reader, messageIds),
    async () => null,
  )
  if (!inRoom?.ok) return undefined
  const { known } = inRoom.value
  const missing = messageIds.filter((id) => !known[id] && !isInTail(id, inRoom.value))
  const archived = readOwnTo(services.postgres, reader.member.id, missing)
  // A page is worth more than what its reader has chosen.
  const found = await queryPostgres(archived).catch(() => undefined)
  return found && chosenOnly({ ...found, ...known })
}

/** @param reader null: nobody is logged in */
export async function withOwnReactions(
  services: Services,
  reader: Caller | null,
  page: Page,
): Promise<Page> {
  if (!reader) return page
  const reactedIds = page.messages.flatMap(({ id, reactions }) => (reactions ? id : []))
  const own = await ownTo(services, reader, reactedIds)
  return own ? { ...page, own_reactions: own } : page
}

/** @param of a caller, or the id of a person who needs no check */
export async function ownReactionsBetween(
  services: Services,
  of: Caller | string,
  { from, to }: MessageRange,
): Promise<OwnReactionsPage> {
  const range = { from: newerId(from, oldestKeptId(services) ?? ''), to }
  const inRoom = unwrap(await readRoom(services, (room) => room.ownReactions(of, range)))
  const userId = typeof of === 'string' ? of : of.member.id
  const limit = reactionLimits.ownMax
  const archived = isInTail(range.from, inRoom)
    ? {}
    : await queryPostgres(readOwnBetween(services.postgres, userId, { ...range, limit }))
  const archivedIds = Object.keys(archived).sort()
  // Of a place that gave as many as it may, only those up to the last are all known.
  const ends = [inRoom.cutAt, archivedIds.length === limit ? archivedIds.at(-1) : null]
  const end = ends.filter((id) => typeof id === 'string').sort()[0] ?? null
  const all = Object.entries(chosenOnly({ ...archived, ...inRoom.known }))
  const shown = all.filter(([id]) => end === null || id <= end).sort(([a], [b]) => (a < b ? -1 : 1))
  return { reactions: Object.fromEntries(shown), next_from: end === null ? null : idAfter(end) }
}
