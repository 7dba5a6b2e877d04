import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Heights } from '../../src/web/heights.ts'

const keysOf = (...numbers: number[]) => numbers.map((number) => `k${number}`)

function laid(count: number, guess = () => 10): Heights {
  const heights = new Heights()
  heights.lay(
    Array.from({ length: count }, (_, i) => `k${i}`),
    guess,
  )
  return heights
}

describe('where rows lie', () => {
  test('is guessed first, and known once they are measured', () => {
    const heights = laid(4)
    expect(heights.total).toBe(40)
    expect(heights.measure('k1', 25)).toBe(true)
    expect([0, 1, 2, 3, 4].map((place) => heights.top(place))).toEqual([0, 10, 35, 45, 55])
    expect(heights.measure('k1', 25)).toBe(false)
    expect(heights.measure('k9', 25)).toBe(false)
  })

  test('is kept by key when rows come before, between and after, or go', () => {
    const heights = laid(4)
    heights.measure('k1', 25)
    heights.measure('k3', 5)
    heights.lay(keysOf(7, 0, 1, 8, 3, 9), () => 100)
    expect([0, 1, 2, 3, 4, 5, 6].map((place) => heights.top(place))).toEqual([
      0, 100, 200, 225, 325, 330, 430,
    ])
    expect(heights.placeOf('k2')).toBeUndefined()
    expect(heights.placeOf('k3')).toBe(4)
  })

  test('is forgotten with the width', () => {
    const heights = laid(3)
    heights.measure('k1', 25)
    heights.forget(() => 20)
    expect(heights.total).toBe(60)
  })
})

describe('the rows of a stretch', () => {
  test('are those it touches', () => {
    const heights = laid(10)
    expect(heights.between(25, 45)).toEqual({ from: 2, to: 5 })
    expect(heights.between(-100, 5)).toEqual({ from: 0, to: 1 })
    expect(heights.between(95, 1_000)).toEqual({ from: 9, to: 10 })
  })

  test('are none where there are none', () => {
    expect(laid(0).between(0, 100)).toEqual({ from: 0, to: 0 })
  })
})

test('after any changes, tops are the sums of the heights', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('lay' as const), from: fc.nat(5), count: fc.nat(20) }),
    fc.record({ do: fc.constant('measure' as const), key: fc.nat(25), pixels: fc.nat(300) }),
    fc.record({ do: fc.constant('look' as const), place: fc.nat(20) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const heights = new Heights()
      const measured = new Map<string, number>()
      let keys: string[] = []
      for (const one of steps) {
        if (one.do === 'lay') {
          keys = Array.from({ length: one.count }, (_, i) => `k${one.from + i}`)
          heights.lay(keys, () => 10)
        } else if (one.do === 'measure') {
          const key = `k${one.key}`
          heights.measure(key, one.pixels)
          if (keys.includes(key)) measured.set(key, one.pixels)
        } else heights.top(Math.min(one.place, keys.length))
      }
      let top = 0
      keys.forEach((key, place) => {
        expect(heights.top(place)).toBe(top)
        top += measured.get(key) ?? 10
      })
      expect(heights.total).toBe(top)
    }),
  )
})
