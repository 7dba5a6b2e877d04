// The comparison of times tells what differs from what does not.

import { describe, expect, test } from 'vitest'
import { Random } from '../faults/random.ts'
import { compareTimes, mannWhitney } from './timing.ts'

/** Milliseconds like those of a busy machine: a floor, noise, and now and then a hiccup. */
function times(seed: number, { floorMs = 100, count = 250 } = {}): number[] {
  const random = new Random(seed)
  return Array.from({ length: count }, () => {
    const noise = 20 * (random.next() + random.next() + random.next())
    return floorMs + noise + (random.chance(0.05) ? 100 * random.next() : 0)
  })
}

describe('times', () => {
  test('of one kind cannot be told apart, whatever the chance', () => {
    const told = Array.from({ length: 200 }, (_, seed) =>
      compareTimes(times(seed), times(seed + 1_000)),
    )
    expect(told.filter(({ distinguishable }) => distinguishable)).toEqual([])
    // About one in twenty is below one in twenty.
    const low = told.filter(({ p }) => p < 0.05).length
    expect(low).toBeGreaterThan(0)
    expect(low).toBeLessThan(30)
  })

  test('that differ by a tenth are told apart', () => {
    const result = compareTimes(times(1), times(2, { floorMs: 115 }))
    expect(result.distinguishable).toBe(true)
    expect(result.difference).toBeGreaterThan(0.05)
    expect(result.p).toBeLessThan(0.001)
  })

  test('that differ by less than anybody can use are not blamed', () => {
    const many = { count: 20_000 }
    const result = compareTimes(times(1, many), times(2, { ...many, floorMs: 102 }))
    expect(result.p).toBeLessThan(0.001)
    expect(result.distinguishable).toBe(false)
  })
})

test('the test of Mann and Whitney gives the values of the tables', () => {
  // scipy.stats.mannwhitneyu(method='asymptotic')
  expect(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(0.01219, 4)
  expect(mannWhitney([1, 1, 2, 2, 3], [2, 3, 3, 4, 4])).toBeCloseTo(0.05241, 4)
  expect(mannWhitney([1, 3, 5, 7], [2, 4, 6, 8])).toBeCloseTo(0.66501, 4)
  expect(mannWhitney([1, 1, 1], [1, 1, 1])).toBe(1)
})
