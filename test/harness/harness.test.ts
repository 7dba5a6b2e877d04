import { expect, test } from 'vitest'
import { Metrics, percentile } from './metrics.ts'
import { Random } from './random.ts'

test('random choices repeat with their seed, and the metrics add up', () => {
  const draws = () => Array.from({ length: 5 }, new Random(7, 3).next, new Random(7, 3))
  expect(draws()).toEqual(draws())
  expect(new Random(7, 3).next()).not.toBe(new Random(7, 4).next())
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3)
  const metrics = new Metrics(['lost'])
  metrics.count('kills')
  metrics.time('recovery', 1_234)
  expect(metrics.table()).toContain('| lost | 0 |\n| kills | 1 |')
  expect(metrics.table()).toContain('| recovery (1) | 1 234 | 1 234 | 1 234 |')
})
