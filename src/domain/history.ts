// One page of history out of two places: the room's log first, the archive below it, then a second
// look at the room, for what became of the page meanwhile.
// Ids order them; where both hold a message the higher revision wins; deleted ones drop out last.

import type { Position } from '../contract/entities.ts'
import type { Remains } from '../contract/routes/accounts.ts'
import type { Page } from '../contract/routes/messages.ts'
import { erasedName } from '../contract/values.ts'
import { type KeptMessage, toWire } from './message.ts'

/** What the room knows of a page. All rows are newest first. */
export type Tail = {
  session: Position
  /** Undeleted messages of the contiguous tail; at most `limit + 1`. */
  rows: KeptMessage[]
  /** The archive's part lies below this id; null: no bound at all. */
  floor: string | null
  /**
   * Messages below `floor` that the archive lacks, or has as they were, deleted ones included: at most
   * `limit + 1` that are not deleted. What the room's release before this one gives may be all that
   * it holds below `floor`.
   */
  strays: KeptMessage[]
  /** Set where the list of strays was cut: below it the archive can't be trusted. */
  straysCutAt: string | null
  /** Set where the page ends without more: so much was deleted above this id that no more was read. */
  endsAt?: string
}

/** A message of a page, for the second look. */
export type Shown = Pick<KeptMessage, 'id' | 'user_id' | 'revision'>

/** What became of the messages of a page. */
export type Overlay = {
  /** Those that have a higher revision by now. */
  newer: KeptMessage[]
  /** Accounts that have ended: Postgres may still have the name, and the texts. */
  ended: { user_id: string; remains: Remains }[]
}

export type HistoryPage = { messages: KeptMessage[]; nextCursor: string | null }

/** As it is answered. @param session for which it is true */
export function toPage({ messages, nextCursor }: HistoryPage, session: Position): Page {
  return { messages: messages.map(toWire), next_cursor: nextCursor, session }
}

/** Whether the room alone can answer. */
export function answeredByTail(tail: Tail, limit: number): boolean {
  return tail.rows.length > limit || tail.endsAt !== undefined
}

/** How many rows to ask of the archive, so that what the strays hide can't leave the page short. */
export function archiveShare(tail: Tail, limit: number): number {
  const hidden = tail.strays.filter((stray) => stray.is_deleted).length
  return limit + 1 - tail.rows.length + hidden
}

export function pageOfTail(tail: Tail, limit: number): HistoryPage {
  const messages = tail.rows.slice(0, limit)
  const isFull = tail.rows.length > limit
  return { messages, nextCursor: (isFull ? messages.at(-1)?.id : tail.endsAt) ?? null }
}

/** The archive is away: what the room has, with a cursor to go on from later. */
export function pageWithoutArchive(tail: Tail): HistoryPage {
  return { messages: tail.rows, nextCursor: tail.floor }
}

/**
 * @param archived what the archive answered below `tail.floor`, newest first, undeleted
 * @param asked how many rows it was asked for: fewer mean that it has no more
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

/** The page as it is at the second look. It may have become short. */
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
