import { expect, test } from 'vitest'
import { emptyBucket, pour } from '../../src/domain/leaky-bucket.ts'

const rule = { max: 100, perMs: 10_000 }

test('it holds as much as it may, and not more', () => {
  const bucket = emptyBucket()
  expect(pour(bucket, 100, 1_000, rule)).toBe(false)
  expect(pour(bucket, 1, 1_000, rule)).toBe(true)
})

test('as much as it holds runs out in its time, evenly', () => {
  const bucket = emptyBucket()
  pour(bucket, 100, 1_000, rule)
  expect(pour(bucket, 50, 6_000, rule)).toBe(false)
  expect(pour(bucket, 100, 16_000, rule)).toBe(false)
  expect(pour(bucket, 1, 16_050, rule)).toBe(true)
})

test('nothing runs out while the clock goes back, and it goes on from there', () => {
  const bucket = emptyBucket()
  const hour = 3_600_000
  pour(bucket, 80, hour, rule)
  expect(pour(bucket, 20, 0, rule)).toBe(false)
  expect(pour(bucket, 1, 0, rule)).toBe(true)
  expect(pour(bucket, 99, 10_100, rule)).toBe(false)
})
