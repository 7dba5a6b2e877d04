// Finds the visible rows of a list, and the scroll position that keeps them where they are.

import type { RowHeights } from './row-heights.ts'

/** A row, and the distance of its edges from the upper edge of the visible part. */
export type VisibleRow<R> = { readonly row: R; readonly topPx: number; readonly endPx: number }

export type RowLayout<R> = { readonly rows: readonly R[]; readonly heights: RowHeights }

/** All visible rows: if one of them is removed, the next one is the anchor. */
export function visibleRows<R>(
  { rows, heights }: RowLayout<R>,
  { topPx, heightPx }: { topPx: number; heightPx: number },
): VisibleRow<R>[] {
  const { from, to } = heights.rangeBetween(topPx, topPx + heightPx)
  return rows.slice(from, to).map((row, offset) => ({
    row,
    topPx: heights.topOf(from + offset) - topPx,
    endPx: heights.topOf(from + offset + 1) - topPx,
  }))
}

/**
 * @param anchors rows that were visible before a change
 * @param heightPx of the visible part now
 * @returns where in the list the upper edge of the visible part must be; null if no anchor is left
 */
export function scrollTopFor<R extends { readonly key: string }>(
  anchors: readonly VisibleRow<R>[],
  { rows, heights }: RowLayout<R>,
  heightPx: number,
): number | null {
  const present = anchors.flatMap((anchor) => {
    const index = heights.indexOf(anchor.row.key)
    if (index === undefined) return []
    const [begin, end] = [heights.topOf(index), heights.topOf(index + 1)]
    return [{ ...anchor, begin, end, isSame: rows[index] === anchor.row }]
  })
  // A row that was updated may have lost the date above its text.
  const same = present.filter(({ isSame }) => isSame)
  // If lines were wrapped anew, only rows that begin below the upper edge keep their first line.
  const stable = same.find(
    ({ topPx, endPx, begin, end }) =>
      endPx - topPx === end - begin || (topPx >= 0 && topPx <= heightPx),
  )
  if (stable) return stable.begin - stable.topPx
  const [resized] = same
  if (resized) {
    const share = resized.topPx / (resized.endPx - resized.topPx)
    return resized.begin - share * (resized.end - resized.begin)
  }
  const [updated] = present
  return updated ? updated.end - updated.endPx : null
}
