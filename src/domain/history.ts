// Makes one page of history from two places: the room's log first, then the archive below it, then
// a second read of the room for changes since the first one. Messages are ordered by id, the higher
// revision of a message wins, and deleted messages are removed last.

import type { Position } from '../contract/entities.ts'
import type { Remains } from '../contract/routes/accounts.ts'
import type { Page } from '../contract/routes/messages.ts'
import { erasedName } from '../contract/values.ts'
import { type KeptMessage, toWire } from './message.ts'

/** The room's part of a page. All rows are newest first. */
export type Tail = {
  session: Position
  /** Undeleted messages of the contiguous tail; at most `limit + 1`. */
  rows: KeptMessage[]
  /** The archive's part is below this id; null: there is no bound. */
  floor: string | null
  /**
   * Messages below `floor` that the archive lacks or has in an older state, deleted ones included:
   * at most `limit + 1` that are not deleted. A room of the previous release may return all
   * messages that it holds below `floor`.
   */
  strays: KeptMessage[]
  /** Set when the list of strays was cut: below this id the archive's states may be outdated. */
  straysCutAt: string | null
  /**
   * Set when the room stopped reading at this id, because so many messages above it were deleted.
   */
  endsAt?: string
}

/** A message of a page, for the second read. */
export type Shown = Pick<KeptMessage, 'id' | 'user_id' | 'revision'>

/** The changes to the messages of a page since the first read. */
export type Overlay = {
  /** The messages that have a higher revision now. */
  newer: KeptMessage[]
  /** Erased accounts: Postgres may still have the name and the texts. */
  ended: { user_id: string; remains: Remains }[]
}

export type HistoryPage = { messages: KeptMessage[]; nextCursor: string | null }

/** The page in the form of the API. @param session the position for which it is true */
export function toPage({ messages, nextCursor }: HistoryPage, session: Position): Page {
  return { messages: messages.map(toWire), next_cursor: nextCursor, session }
}

/** Whether the room alone can answer. */
export function answeredByTail(tail: Tail, limit: number): boolean {
  return tail.rows.length > limit || tail.endsAt !== undefined
}

/**
 * How many rows to read from the archive, so that those hidden by strays cannot leave the page
 * short.
 */
export function archiveShare(tail: Tail, limit: number): number {
  const hidden = tail.strays.filter((stray) => stray.is_deleted).length
  return limit + 1 - tail.rows.length + hidden
}

export function pageOfTail(tail: Tail, limit: number): HistoryPage {
  const messages = tail.rows.slice(0, limit)
  const isFull = tail.rows.length > limit
  return { messages, nextCursor: (isFull ? messages.at(-1)?.id : tail.endsAt) ?? null }
}

/**
 * The room's part alone, with a cursor to continue from later, for when the archive is unavailable.
 */
export function pageWithoutArchive(tail: Tail): HistoryPage {
  return { messages: tail.rows, nextCursor: tail.floor }
}

/**
 * @param archived the archive's rows below `tail.floor`, newest first, undeleted
 * @param asked how many rows were requested: fewer rows mean that the archive has no more
 */
export function mergePage(
  tail: Tail,
  archived: KeptMessage[],
  { limit, asked }: { limit: number; asked: number },
): HistoryPage {
  const seenTo = archived.length < asked ? '' : (archived.at(-1)?.id ?? '')
  const bound = tail.straysCutAt !== null && tail.straysCutAt > seenTo ? tail.straysCutAt : seenTo

  const byId = new Map<string, KeptMessage>()
  for (const row of [...archived, ...tail.strays]) {
    if (row.id < bound) continue
    const known = byId.get(row.id)
    if (!known || row.revision > known.revision) byId.set(row.id, row)
  }
  const below = [...byId.values()]
    .filter((row) => !row.is_deleted)
    .sort((a, b) => (a.id < b.id ? 1 : -1))

  const all = [...tail.rows, ...below]
  const messages = all.slice(0, limit)
  if (all.length > limit) return { messages, nextCursor: messages.at(-1)?.id ?? null }
  return { messages, nextCursor: bound === '' ? null : bound }
}

/** The page as of the second read. It may have become short. */
export function overlaid({ messages, nextCursor }: HistoryPage, overlay: Overlay): HistoryPage {
  const newer = new Map(overlay.newer.map((message) => [message.id, message]))
  const remains = new Map(overlay.ended.map((account) => [account.user_id, account.remains]))
  const now = messages.flatMap((shown) => {
    const message = newer.get(shown.id) ?? shown
    const left = remains.get(message.user_id)
    if (message.is_deleted || left === 'delete') return []
    return [left === undefined ? message : { ...message, username: erasedName }]
  })
  return { messages: now, nextCursor }
}
