// Makes pages of all messages of one user, oldest first, from two places: the archive's rows,
// overlaid with the rows that the room had not yet written when the archive was read.

import { isInRange, type Overlay } from './history.ts'
import type { StoredMessage } from './message.ts'

export type OwnBounds = {
  /** Only messages that are newer than this id; null: from the oldest. */
  above: string | null
  /** The most rows from each place. */
  limit: number
}

/** The rows of each place for the same bounds, in id order. The room must be read first. */
export type OwnRows = { unwritten: StoredMessage[]; archived: StoredMessage[] }

export type OwnPage = {
  messages: StoredMessage[]
  /** The next page is above this id; null: there is none. */
  end: string | null
}

/** The page as of a second read of the room: newer states, and purges that the archive lacks. */
export function ownOverlaid({ messages, end }: OwnPage, { newer, purged = [] }: Overlay): OwnPage {
  const byId = new Map(newer.map((message) => [message.id, message]))
  const now = messages.map((known) => {
    const message = byId.get(known.id) ?? known
    const isPurged = purged.some((range) => isInRange(message, range))
    return isPurged ? { ...message, content: '', is_deleted: true, references: null } : message
  })
  return { messages: now, end }
}

/** @param limit of the bounds, at least 1 */
export function mergeOwn({ unwritten, archived }: OwnRows, limit: number): OwnPage {
  // A place that returned a full page may have more rows: only up to its last row are all known.
  const ends = [unwritten, archived].flatMap((rows) =>
    rows.length < limit ? [] : (rows.at(-1)?.id ?? []),
  )
  const end = ends.sort()[0] ?? null
  const byId = new Map(archived.map((row) => [row.id, row]))
  for (const row of unwritten)
    if ((byId.get(row.id)?.revision ?? 0) <= row.revision) byId.set(row.id, row)
  const messages = [...byId.values()]
    .filter(({ id }) => end === null || id <= end)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  return { messages, end }
}
