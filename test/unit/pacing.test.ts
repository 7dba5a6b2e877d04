import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backOff, gapAfter } from '../../src/domain/pacing.ts'

describe('the gap after a broadcast', () => {
  test('is at least 8 ms, also where everyone gets one frame, and at most two seconds', () => {
    expect(gapAfter(0)).toBe(8)
    expect(gapAfter(100)).toBe(8)
    expect(gapAfter(30_000)).toBeCloseTo(1_800)
    expect(gapAfter(100_000)).toBe(2_000)
  })

  test('grows with the sockets that got several frames in one send', () => {
    expect(gapAfter(500)).toBeCloseTo(30)
    expect(gapAfter(2_000)).toBeCloseTo(120)
  })
})

describe('the wait after failures', () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true })

  test('doubles from a second to half a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => backOff(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ])
  })

  test('is jittered by at most half', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), random, (failures, chance) => {
        const wait = backOff(failures, chance)
        expect(wait).toBeGreaterThanOrEqual(backOff(failures, 0))
        expect(wait).toBeLessThanOrEqual(backOff(failures, 1))
        expect(backOff(failures, 0) * 2).toBe(backOff(failures, 1))
      }),
    )
  })
})
