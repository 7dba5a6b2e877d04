import { describe, expect, test } from 'vitest'
import { restrictionText, timeLeft, untilWords } from '../../src/web/text/restrictions.ts'
import { formatTime } from '../../src/web/text/times.ts'
import {
  refusalSentence,
  refusalWithTimeLeft,
  writeRefusal,
} from '../../src/web/text/write-refusal.ts'

const at = (...time: [day: number, hour: number, minute: number]) =>
  new Date(2026, 10, ...time).getTime()
const now = at(23, 14, 0)
const iso = (ms: number) => new Date(ms).toISOString()

describe('the end of a restriction', () => {
  test('is a time of today', () => {
    const end = at(23, 14, 5)
    expect(untilWords(iso(end), now)).toBe(` until ${formatTime(end)}`)
  })

  test('names another day', () => {
    const [tomorrow, later] = [at(24, 0, 0), at(25, 9, 30)]
    expect(untilWords(iso(tomorrow), now)).toBe(` until tomorrow, ${formatTime(tomorrow)}`)
    expect(untilWords(iso(later), now)).toBe(` until 25 November 2026, ${formatTime(later)}`)
  })

  test('may never come', () => {
    expect(untilWords(null, now)).toBe(' for good')
  })
})

test('a sentence about a restriction names the reason, if there is one', () => {
  const forGood = { until: null, reason: null }
  expect(restrictionText('You are banned', forGood, now)).toBe('You are banned for good.')
  expect(restrictionText('You are banned', { ...forGood, reason: 'Advertising' }, now)).toBe(
    'You are banned for good. Reason: Advertising',
  )
})

test('the time that is left is read like a clock', () => {
  const second = 1_000
  const minute = 60 * second
  const hour = 60 * minute
  expect([0, -second].map(timeLeft)).toEqual(['', ''])
  expect([1, second, 59_500, 3 * minute + 20 * second].map(timeLeft)).toEqual([
    '0:01',
    '0:01',
    '1:00',
    '3:20',
  ])
  expect([hour, 25 * hour + minute, 48 * hour, 71 * hour].map(timeLeft)).toEqual([
    '1:00:00',
    '25:01:00',
    '2 days',
    '2 days',
  ])
})

describe('why a user cannot write', () => {
  const mute = { until: iso(at(23, 14, 5)), reason: 'Advertising' }

  test('is nothing for most users', () => {
    expect(writeRefusal(null, null, 'member', undefined)).toBeNull()
    expect(writeRefusal(null, null, 'member', 'everyone')).toBeNull()
    // Only the room knows how old the account is.
    expect(writeRefusal(null, null, 'member', 'established')).toBeNull()
  })

  test('is a mute, with its end and its reason', () => {
    const refusal = writeRefusal(null, mute, 'member', 'moderators')
    if (!refusal) throw new Error('nothing is refused')
    const time = formatTime(Date.parse(mute.until))
    expect(refusalSentence(refusal, now)).toBe(`You are muted until ${time}. Reason: Advertising`)
    expect(refusalWithTimeLeft(refusal, now + 100_000)).toBe(
      `You are muted until ${time} (3:20 left). Reason: Advertising`,
    )
    expect(refusalWithTimeLeft(refusal, Date.parse(mute.until))).toBe(refusalSentence(refusal, now))
  })

  test('has no countdown for good', () => {
    const refusal = writeRefusal(null, { until: null, reason: null }, 'member', 'everyone')
    expect(refusal && refusalWithTimeLeft(refusal, now)).toBe('You are muted for good.')
  })

  test('is a room where only moderators may write', () => {
    expect(writeRefusal(null, null, 'member', 'moderators')?.text).toBe(
      'Only moderators may write right now.',
    )
    expect(writeRefusal(null, null, 'moderator', 'moderators')).toBeNull()
  })

  test('is a ban', () => {
    expect(writeRefusal('banned', null, 'member', 'everyone')?.text).toBe(
      'You cannot write while you are banned.',
    )
  })
})
