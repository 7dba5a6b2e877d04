import { describe, expect, test } from 'vitest'
import { Heights } from '../../src/web/heights.ts'
import { type Laid, sightsOf, topFor } from '../../src/web/sight.ts'

type Row = { key: string }

function laid(rows: readonly Row[], pixels: readonly number[]): Laid<Row> {
  const heights = new Heights()
  heights.lay(
    rows.map(({ key }) => key),
    (place) => pixels[place] ?? 0,
  )
  return { rows, heights }
}

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((key) => ({ key })) as [Row, Row, Row, Row]
/** From the middle of `a` to the middle of `c`. */
const seen = () => sightsOf(laid([a, b, c, d], [40, 40, 40, 40]), { topPx: 20, heightPx: 80 })

describe('what is in sight', () => {
  test('is each row that begins or ends there, and where', () => {
    expect(seen()).toEqual([
      { row: a, topPx: -20, endPx: 20 },
      { row: b, topPx: 20, endPx: 60 },
      { row: c, topPx: 60, endPx: 100 },
    ])
  })
})

describe('what is in sight stays where it is', () => {
  test('when rows come before it', () => {
    expect(topFor(seen(), laid([d, a, b, c], [30, 40, 40, 40]), 80)).toBe(50)
  })

  test('when a row of it goes', () => {
    expect(topFor(seen(), laid([b, c, d], [40, 40, 40]), 80)).toBe(-20)
  })

  test('when its first row becomes another one: the end of its text stays', () => {
    expect(topFor(seen().slice(0, 1), laid([{ ...a }, b], [25, 40]), 80)).toBe(5)
  })

  test('when lines are broken anew: the first row that begins in sight stays', () => {
    expect(topFor(seen(), laid([a, b, c, d], [90, 70, 70, 70]), 80)).toBe(70)
  })

  test('when the lines of the only row in sight are broken anew: about the same ones stay', () => {
    const [only] = sightsOf(laid([a], [400]), { topPx: 100, heightPx: 80 })
    expect(topFor(only ? [only] : [], laid([a], [800]), 80)).toBe(200)
  })

  test('unless nothing of it is left', () => {
    expect(topFor(seen(), laid([d], [40]), 80)).toBeNull()
  })
})
