import fc from 'fast-check'
import { expect, test } from 'vitest'
import { charge, waitFor } from '../../src/domain/sliding-window.ts'

const rule = { max: 5, windowMs: 5_000 }
const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 200 })

test('in any window no more pass than it allows', () => {
  fc.assert(
    fc.property(gaps, (waits) => {
      const [times, passed]: [number[], number[]] = [[], []]
      let now = 0
      for (const wait of waits) {
        now += wait
        if (charge(times, now, rule) === 0) passed.push(now)
      }
      passed.forEach((first, index) => {
        const sixth = passed[index + rule.max]
        if (sixth !== undefined) expect(sixth - first).toBeGreaterThanOrEqual(rule.windowMs)
      })
    }),
  )
})

test('an event is accepted after exactly the given wait, and not a millisecond earlier', () => {
  fc.assert(
    fc.property(gaps, (waits) => {
      const times: number[] = []
      let now = 0
      for (const gap of waits) {
        now += gap
        const wait = charge(times, now, rule)
        if (wait === 0) continue
        expect(waitFor([...times], now + wait - 1, rule)).toBe(1)
        expect(waitFor([...times], now + wait, rule)).toBe(0)
      }
    }),
  )
})

test('a refused event counts for nothing', () => {
  const times = [0, 0, 0, 0, 0]
  for (let now = 1; now < 5_000; now++) expect(charge(times, now, rule)).toBe(5_000 - now)
  expect(charge(times, 5_000, rule)).toBe(0)
  expect(times).toEqual([5_000])
})

test('asking for the wait counts nothing', () => {
  const times: number[] = []
  for (let asked = 0; asked < 10; asked++) expect(waitFor(times, 0, rule)).toBe(0)
  expect(times).toEqual([])
})

test('a window that was allowed more than now makes one wait until there is room', () => {
  expect(waitFor([0, 1_000, 2_000], 2_000, { max: 1, windowMs: 5_000 })).toBe(5_000)
})
