// One page of history out of two places: the room's log first, the archive below it.
// Ids order them; where both hold a message the higher revision wins; deleted ones drop out last.

import type { Position } from '../contract/entities.ts'
import type { KeptMessage } from './message.ts'

/** What the room knows of a page. All rows are newest first. */
export type Tail = {
  session: Position
  /** Undeleted messages of the contiguous tail; at most `limit + 1`. */
  rows: KeptMessage[]
  /** The archive's part lies below this id; null: no bound at all. */
  floor: string | null
  /** Changed messages below `floor` that only overlay the archive, deleted ones included. */
  strays: KeptMessage[]
  /** Set where the list of strays was cut: below it the archive can't be trusted. */
  straysCutAt: string | null
}

export type HistoryPage = { messages: KeptMessage[]; nextCursor: string | null }

/** Whether the room alone can answer. */
export function answeredByTail(tail: Tail, limit: number): boolean {
  return tail.rows.length > limit
}

/** How many rows to ask of the archive, so that what the strays hide can't leave the page short. */
export function archiveShare(tail: Tail, limit: number): number {
  const hidden = tail.strays.filter((stray) => stray.is_deleted).length
  return limit + 1 - tail.rows.length + hidden
}

export function pageOfTail(tail: Tail, limit: number): HistoryPage {
  const messages = tail.rows.slice(0, limit)
  return { messages, nextCursor: messages.at(-1)?.id ?? null }
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
