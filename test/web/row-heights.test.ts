import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RowHeights } from '../../src/web/virtual-list/row-heights.ts'

const keysOf = (...numbers: number[]) => numbers.map((number) => `k${number}`)

function laid(count: number, estimate = () => 10): RowHeights {
  const heights = new RowHeights()
  heights.setRows(
    Array.from({ length: count }, (_, i) => `k${i}`),
    estimate,
  )
  return heights
}

describe('the positions of rows', () => {
  test('follow from estimates, and from heights once they are measured', () => {
    const heights = laid(4)
    expect(heights.total).toBe(40)
    expect(heights.setMeasured('k1', 25)).toBe(true)
    expect([0, 1, 2, 3, 4].map((index) => heights.topOf(index))).toEqual([0, 10, 35, 45, 55])
    expect(heights.setMeasured('k1', 25)).toBe(false)
    expect(heights.setMeasured('k9', 25)).toBe(false)
  })

  test('keep the measured heights by key when rows are added and removed', () => {
    const heights = laid(4)
    heights.setMeasured('k1', 25)
    heights.setMeasured('k3', 5)
    heights.setRows(keysOf(7, 0, 1, 8, 3, 9), () => 100)
    expect([0, 1, 2, 3, 4, 5, 6].map((index) => heights.topOf(index))).toEqual([
      0, 100, 200, 225, 325, 330, 430,
    ])
    expect(heights.indexOf('k2')).toBeUndefined()
    expect(heights.indexOf('k3')).toBe(4)
  })

  test('are estimated again when the width changes', () => {
    const heights = laid(3)
    heights.setMeasured('k1', 25)
    heights.clearMeasured(() => 20)
    expect(heights.total).toBe(60)
  })
})

describe('the rows between two pixels', () => {
  test('are all that have a part there', () => {
    const heights = laid(10)
    expect(heights.rangeBetween(25, 45)).toEqual({ from: 2, to: 5 })
    expect(heights.rangeBetween(-100, 5)).toEqual({ from: 0, to: 1 })
    expect(heights.rangeBetween(95, 1_000)).toEqual({ from: 9, to: 10 })
  })

  test('are none in an empty list', () => {
    expect(laid(0).rangeBetween(0, 100)).toEqual({ from: 0, to: 0 })
  })
})

test('after any changes, each position is the sum of the heights above', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('lay' as const), from: fc.nat(5), count: fc.nat(20) }),
    fc.record({ do: fc.constant('measure' as const), key: fc.nat(25), pixels: fc.nat(300) }),
    fc.record({ do: fc.constant('look' as const), index: fc.nat(20) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const heights = new RowHeights()
      const measured = new Map<string, number>()
      let keys: string[] = []
      for (const one of steps) {
        if (one.do === 'lay') {
          keys = Array.from({ length: one.count }, (_, i) => `k${one.from + i}`)
          heights.setRows(keys, () => 10)
        } else if (one.do === 'measure') {
          const key = `k${one.key}`
          heights.setMeasured(key, one.pixels)
          if (keys.includes(key)) measured.set(key, one.pixels)
        } else heights.topOf(Math.min(one.index, keys.length))
      }
      let topOf = 0
      keys.forEach((key, index) => {
        expect(heights.topOf(index)).toBe(topOf)
        topOf += measured.get(key) ?? 10
      })
      expect(heights.total).toBe(topOf)
    }),
  )
})
