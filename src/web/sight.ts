// Which rows are in sight and where, and how far a list has to be scrolled so that they stay there.

import type { Heights } from './heights.ts'

/** A row, and how far below the upper edge of what is seen it begins and ends. */
export type Sight<R> = { readonly row: R; readonly topPx: number; readonly endPx: number }

export type Laid<R> = { readonly rows: readonly R[]; readonly heights: Heights }

/** Everything between two pixels of the list: should one row go, the next holds the place. */
export function sightsOf<R>(
  { rows, heights }: Laid<R>,
  { topPx, heightPx }: { topPx: number; heightPx: number },
): Sight<R>[] {
  const { from, to } = heights.between(topPx, topPx + heightPx)
  return rows.slice(from, to).map((row, index) => ({
    row,
    topPx: heights.top(from + index) - topPx,
    endPx: heights.top(from + index + 1) - topPx,
  }))
}

/**
 * @param heightPx of what is seen now
 * @returns where in the list the upper edge has to lie; null: none of these rows is left
 */
export function topFor<R extends { readonly key: string }>(
  sights: readonly Sight<R>[],
  { rows, heights }: Laid<R>,
  heightPx: number,
): number | null {
  const here = sights.flatMap((sight) => {
    const place = heights.placeOf(sight.row.key)
    if (place === undefined) return []
    const [begin, end] = [heights.top(place), heights.top(place + 1)]
    return [{ ...sight, begin, end, same: rows[place] === sight.row }]
  })
  // A row that is another one may have lost the day above its text.
  const same = here.filter((sight) => sight.same)
  // The lines above the edge may have been broken anew; what begins below it has none of those.
  const steady = same.find(
    ({ topPx, endPx, begin, end }) =>
      endPx - topPx === end - begin || (topPx >= 0 && topPx <= heightPx),
  )
  if (steady) return steady.begin - steady.topPx
  const [broken] = same
  if (broken) {
    const share = broken.topPx / (broken.endPx - broken.topPx)
    return broken.begin - share * (broken.end - broken.begin)
  }
  const [changed] = here
  return changed ? changed.end - changed.endPx : null
}
