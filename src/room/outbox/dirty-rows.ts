// Counts the rows that Postgres does not have yet.

import type { Log } from '../log/log.ts'
import type { MarkedRows } from '../log/marked-table.ts'

/** `/ready` counts no further: it is public, and the room has one thread. */
const dirtyCountMax = 10_000

/** Counts up to `max`. */
export function countDirty(
  log: Log,
  markedTables: readonly MarkedRows[],
  flushedSeq: number,
  max: number,
): number {
  const counts = [
    ...log.kinds.map(({ archived }) => archived?.countAfter(flushedSeq, max) ?? 0),
    ...markedTables.map((table) => table.countDirty(max)),
  ]
  return Math.min(
    max,
    counts.reduce((sum, count) => sum + count, 0),
  )
}

/** @returns also when the oldest of the events among them happened, in milliseconds; null: there is none */
export function dirtyRows(
  log: Log,
  markedTables: readonly MarkedRows[],
  flushedSeq: number,
): { dirty: number; oldestAt: number | null } {
  const dirty = countDirty(log, markedTables, flushedSeq, dirtyCountMax)
  for (const { kind, row } of log.changesAfter(flushedSeq))
    if (kind.archived) return { dirty, oldestAt: kind.archived.changedAt(row) }
  return { dirty, oldestAt: null }
}
