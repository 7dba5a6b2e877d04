// The comparison finds times that differ, and only those.

import { describe, expect, test } from 'vitest'
import { Random } from '../harness/random.ts'
import { compareTimes, mannWhitney } from './timing.ts'

/** Times like those of a busy machine, with noise and rare delays. */
function times(seed: number, { floorMs = 100, count = 250 } = {}): number[] {
  const random = new Random(seed)
  return Array.from({ length: count }, () => {
    const noise = 20 * (random.next() + random.next() + random.next())
    return floorMs + noise + (random.chance(0.05) ? 100 * random.next() : 0)
  })
}

describe('times', () => {
  test('of one kind cannot be distinguished', () => {
    const leaks = Array.from({ length: 200 }, (_, seed) =>
      compareTimes(times(seed), times(seed + 1_000)),
    )
    expect(leaks.filter(({ distinguishable }) => distinguishable)).toEqual([])
    // About 5 % of the p values are below 0.05.
    const low = leaks.filter(({ p }) => p < 0.05).length
    expect(low).toBeGreaterThan(0)
    expect(low).toBeLessThan(30)
  })

  test('that differ by a tenth are distinguished', () => {
    const result = compareTimes(times(1), times(2, { floorMs: 115 }))
    expect(result.distinguishable).toBe(true)
    expect(result.difference).toBeGreaterThan(0.05)
    expect(result.p).toBeLessThan(0.001)
  })

  test('with a significant but useless difference cannot be distinguished', () => {
    const many = { count: 20_000 }
    const result = compareTimes(times(1, many), times(2, { ...many, floorMs: 102 }))
    expect(result.p).toBeLessThan(0.001)
    expect(result.distinguishable).toBe(false)
  })
})

test('the Mann-Whitney test gives the same values as scipy', () => {
  // scipy.stats.mannwhitneyu(method='asymptotic')
  expect(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(0.01219, 4)
  expect(mannWhitney([1, 1, 2, 2, 3], [2, 3, 3, 4, 4])).toBeCloseTo(0.05241, 4)
  expect(mannWhitney([1, 3, 5, 7], [2, 4, 6, 8])).toBeCloseTo(0.66501, 4)
  expect(mannWhitney([1, 1, 1], [1, 1, 1])).toBe(1)
})
