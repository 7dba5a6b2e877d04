import { describe, expect, test } from 'vitest'
import { RowHeights } from '../../src/web/virtual-list/row-heights.ts'
import {
  type RowLayout,
  scrollTopFor,
  visibleRows,
} from '../../src/web/virtual-list/scroll-anchor.ts'

type Row = { key: string }

function laid(rows: readonly Row[], pixels: readonly number[]): RowLayout<Row> {
  const heights = new RowHeights()
  heights.setRows(
    rows.map(({ key }) => key),
    (index) => pixels[index] ?? 0,
  )
  return { rows, heights }
}

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((key) => ({ key })) as [Row, Row, Row, Row]
/** From the middle of `a` to the middle of `c`. */
const anchors = () => visibleRows(laid([a, b, c, d], [40, 40, 40, 40]), { topPx: 20, heightPx: 80 })

describe('the visible rows', () => {
  test('are all rows with a visible part, with their positions', () => {
    expect(anchors()).toEqual([
      { row: a, topPx: -20, endPx: 20 },
      { row: b, topPx: 20, endPx: 60 },
      { row: c, topPx: 60, endPx: 100 },
    ])
  })
})

describe('the visible rows keep their positions', () => {
  test('when rows are added above', () => {
    expect(scrollTopFor(anchors(), laid([d, a, b, c], [30, 40, 40, 40]), 80)).toBe(50)
  })

  test('when a visible row is removed', () => {
    expect(scrollTopFor(anchors(), laid([b, c, d], [40, 40, 40]), 80)).toBe(-20)
  })

  test('when the first row is updated: the end of its text stays', () => {
    expect(scrollTopFor(anchors().slice(0, 1), laid([{ ...a }, b], [25, 40]), 80)).toBe(5)
  })

  test('when lines are wrapped anew: the first row that begins below the edge stays', () => {
    expect(scrollTopFor(anchors(), laid([a, b, c, d], [90, 70, 70, 70]), 80)).toBe(70)
  })

  test('when the lines of the only visible row are wrapped anew: about the same lines stay', () => {
    const [only] = visibleRows(laid([a], [400]), { topPx: 100, heightPx: 80 })
    expect(scrollTopFor(only ? [only] : [], laid([a], [800]), 80)).toBe(200)
  })

  test('unless none of them is left', () => {
    expect(scrollTopFor(anchors(), laid([d], [40]), 80)).toBeNull()
  })
})
