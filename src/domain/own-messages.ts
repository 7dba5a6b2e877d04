// All messages of one person, oldest first, out of two places: what the archive holds, overlaid
// with what the room had not yet written when the archive was asked. Read page by page.

import type { KeptMessage } from './message.ts'

export type OwnBounds = {
  /** Only what is newer than this id; null: from the oldest. */
  above: string | null
  /** Rows. */
  limit: number
}

/** What each place gave for the same bounds, in the order of ids. The room was asked first. */
export type OwnRows = { unwritten: KeptMessage[]; archived: KeptMessage[] }

export type OwnPage = {
  messages: KeptMessage[]
  /** The next page is above this id; null: there is none. */
  end: string | null
}

/** @param limit of the bounds, at least 1 */
export function mergeOwn({ unwritten, archived }: OwnRows, limit: number): OwnPage {
  // A place that filled its page may hold more, and only below its last row all is known.
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
