import { describe, expect, test } from 'vitest'
import { RestrictionTimes, type Wanted } from './restriction-times.ts'

const forGood: Wanted = { until: Number.POSITIVE_INFINITY, reason: null }
const until = (ms: number): Wanted => ({ until: ms, reason: 'mute 1' })

/** A mute is asked for at 10,000 and answered at 20,000. */
function muted(wanted = forGood) {
  const times = new RestrictionTimes()
  times.begin('mute', 'ada', wanted, 10_000)(20_000)
  return times
}

const certainAt = (times: RestrictionTimes, ...at: number[]) =>
  at.filter((ms) => times.isCertain('mute', 'ada', ms))

const possibleAt = (times: RestrictionTimes, ...at: number[]) =>
  at.filter((ms) => times.isPossible('mute', 'ada', { from: ms, to: ms }))

describe('a mute', () => {
  test('holds for sure from its answer, and possibly from its beginning', () => {
    const times = muted()
    expect(certainAt(times, 5_000, 15_000, 20_000, 20_001, 90_000)).toEqual([20_001, 90_000])
    expect(possibleAt(times, 9_999, 10_000, 90_000)).toEqual([10_000, 90_000])
  })

  test('holds until its end, and possibly a second longer', () => {
    const times = muted(until(30_000))
    expect(certainAt(times, 29_999, 30_000)).toEqual([29_999])
    expect(possibleAt(times, 31_000, 31_001)).toEqual([31_000])
    expect(times.latest('mute', 'ada', 29_999)).toEqual(until(30_000))
    expect(times.latest('mute', 'ada', 30_000)).toBeNull()
  })

  test('holds for sure until the call that lifts it begins, and possibly until its answer', () => {
    const times = muted()
    const lifted = times.begin('mute', 'ada', null, 40_000)
    expect(certainAt(times, 39_999, 40_000, 90_000)).toEqual([39_999])
    expect(possibleAt(times, 90_000)).toEqual([90_000])
    lifted(50_000)
    expect(possibleAt(times, 51_000, 51_001)).toEqual([51_000])
    expect(times.latest('mute', 'ada', 60_000)).toBeNull()
  })

  test('that has no answer holds possibly', () => {
    const times = new RestrictionTimes()
    times.begin('mute', 'ada', forGood, 10_000)
    expect([certainAt(times, 90_000), possibleAt(times, 90_000)]).toEqual([[], [90_000]])
    expect(times.latest('mute', 'ada', 90_000)).toBeNull()
  })

  test('is no ban, and is of one person', () => {
    const times = muted()
    const later = { from: 20_001, to: 90_000 }
    expect(times.isCertain('ban', 'ada', 30_000)).toBe(false)
    expect(times.isPossible('mute', 'eve', later)).toBe(false)
    expect(times.isPossible('mute', 'ada', later)).toBe(true)
  })
})
