// Which rows are in the document: the visible ones, some around them, and those that must stay.

import type { RowHeights } from './row-heights.ts'

/** Rows are kept so far beyond each edge, so that fast scrolling shows no empty space. */
const overscanPx = 700

/** @param keptKeys groups of rows; all rows between the first and the last of a group stay, too */
export function indexesToMount(
  heights: RowHeights,
  { topPx, heightPx }: { topPx: number; heightPx: number },
  keptKeys: readonly string[][],
): number[] {
  const { from, to } = heights.rangeBetween(topPx - overscanPx, topPx + heightPx + overscanPx)
  const indexes = new Set<number>()
  const addRange = (first: number, last: number) => {
    for (let index = first; index <= last; index++) indexes.add(index)
  }
  addRange(from, to - 1)
  for (const keys of keptKeys) {
    const kept = keys.flatMap((key) => heights.indexOf(key) ?? [])
    if (kept.length > 0) addRange(Math.min(...kept), Math.max(...kept))
  }
  return [...indexes].sort((a, b) => a - b)
}
