import { afterEach, describe, expect, test, vi } from 'vitest'
import { codePointsOf, isFewEmoji, isTall, linesOf } from '../../src/web/shape.ts'
import { dayLabel, dayOf, onPageClock, secondsUntil, spanOf } from '../../src/web/times.ts'
import {
  leavingBehind,
  lengthText,
  lineNews,
  newMessages,
  pauseText,
  titleOf,
  typingPhrase,
} from '../../src/web/words.ts'

const line = { status: 'online', stopped: null, retryAt: null, retryNow: false } as const
const up = { now: 1_000_000, network: 'up' } as const
const down = { now: 1_000_000, network: 'down' } as const

describe('the news of the line', () => {
  test('are none while it is up', () => {
    expect(lineNews(line, up)).toBeNull()
  })

  test('come at once where the network is gone, before the line has noticed', () => {
    expect(lineNews(line, down)?.text).toBe('You are offline. What you write goes out later.')
  })

  test('tell the way in from the way back', () => {
    expect(lineNews({ ...line, status: 'connecting' }, up)?.text).toBe('Connecting…')
    expect(lineNews({ ...line, status: 'reconnecting' }, up)?.text).toBe('Reconnecting…')
  })

  test('say when the next try is, where that is not at once', () => {
    const waiting = { ...line, status: 'reconnecting', retryAt: up.now + 7_200 } as const
    expect(lineNews(waiting, up)?.text).toBe('Reconnecting, next try in 8 s')
    expect(lineNews({ ...waiting, retryAt: up.now + 900 }, up)?.text).toBe('Reconnecting…')
  })

  test('offer to try at once where the client waits by itself, not where the service asked', () => {
    const waiting = { ...line, status: 'reconnecting', retryAt: up.now + 7_200 } as const
    expect(lineNews({ ...waiting, retryNow: true }, up)?.offer).toBe('Try now')
    expect(lineNews(waiting, up)?.offer).toBeNull()
    expect(lineNews({ ...waiting, retryNow: true, retryAt: up.now + 900 }, up)?.offer).toBeNull()
  })

  test('blame the network where it is gone', () => {
    expect(lineNews({ ...line, status: 'reconnecting' }, down)?.state).toBe('offline')
  })

  test('offer a way back where the client does not come back by itself', () => {
    const stopped = { ...line, status: 'stopped' } as const
    expect(lineNews({ ...stopped, stopped: 'replaced' }, up)?.offer).toBe('Use it here')
    expect(lineNews({ ...stopped, stopped: 'fault' }, up)?.offer).toBe('Try again')
    expect(lineNews({ ...stopped, stopped: 'refused' }, up)?.offer).toBeNull()
  })
})

test('up to two who are typing are named', () => {
  expect(typingPhrase([])).toBeNull()
  expect(typingPhrase(['Ada'])).toEqual({ names: ['Ada'], rest: 'is typing' })
  expect(typingPhrase(['Ada', 'Bob'])).toEqual({ names: ['Ada', 'Bob'], rest: 'are typing' })
  expect(typingPhrase(['Ada', 'Bob', 'Eve'])).toEqual({ names: [], rest: '3 people are typing' })
})

test('a pause counts down in whole seconds, while something waits', () => {
  expect(pauseText(4_100, 1, 1_000)).toBe('Slow down a little: next one in 4 s')
  expect(pauseText(4_100, 3, 1_000)).toBe('3 waiting, next one in 4 s')
  expect(pauseText(900, 1, 1_000)).toBe('Slow down a little: next one in 1 s')
  expect(pauseText(4_100, 0, 1_000)).toBeNull()
  expect(pauseText(null, 2, 1_000)).toBeNull()
})

describe('a countdown', () => {
  const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * 1_000, seconds * 1_000])
  afterEach(() => {
    vi.useRealTimers()
  })

  test.each(steps)('goes on as it was where the clock of the device is set by %i ms', (step) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.UTC(2026, 10, 23, 12) })
    const until = onPageClock(Date.now() + 5_000)
    vi.advanceTimersByTime(1_000)
    vi.setSystemTime(Date.now() + step)
    expect(pauseText(until, 1, performance.now())).toBe('Slow down a little: next one in 4 s')
    const retryAt = onPageClock(Date.now() + 7_200)
    const waiting = { ...line, status: 'reconnecting', retryAt } as const
    expect(lineNews(waiting, { ...up, now: performance.now() })?.text).toMatch(/next try in 8 s$/)
  })

  test('to nothing is none', () => {
    expect(onPageClock(null)).toBeNull()
  })
})

test('the length is told when little is left', () => {
  expect(lengthText(0, 2_000)).toBeNull()
  expect(lengthText(1_799, 2_000)).toBeNull()
  expect(lengthText(1_800, 2_000)).toBe('200 left')
  expect(lengthText(2_000, 2_000)).toBe('0 left')
  expect(lengthText(2_007, 2_000)).toBe('7 too many')
  expect(lengthText(20_000, 2_000)).toBe('18,000 too many')
})

test('it is said what becomes of messages that have not gone out', () => {
  expect(leavingBehind(1, 'kept')).toBe(
    'One message has not gone out yet. It is kept here until you log in again.',
  )
  expect(leavingBehind(2, 'lost')).toBe('2 messages have not gone out yet. They are lost then.')
})

test('counts are words and titles', () => {
  expect([0, 1, 12].map(newMessages)).toEqual([
    'Newest messages',
    '1 new message',
    '12 new messages',
  ])
  expect([0, 3, 100].map((count) => titleOf('Chat', count))).toEqual([
    'Chat',
    '(3) Chat',
    '(99+) Chat',
  ])
})

describe('the form of a text', () => {
  test('up to three emoji alone are large', () => {
    expect(['👍', '🎉🎉', '☀️', '👩‍👩‍👧‍👦🇩🇪👍🏽'].every(isFewEmoji)).toBe(true)
    expect(['', 'ok', '👍 ok', '👍👍👍👍', '1', '#', '©'].some(isFewEmoji)).toBe(false)
  })

  test('more lines than a screen are folded', () => {
    expect(isTall('a\n'.repeat(23), 40)).toBe(false)
    expect(isTall('a\n'.repeat(24), 40)).toBe(true)
  })

  test('one paragraph of more lines is folded too, in a narrow window sooner', () => {
    const paragraph = 'It goes on and on. '.repeat(80)
    expect(isTall(paragraph, 36)).toBe(true)
    expect(isTall(paragraph, 75)).toBe(false)
    expect(isTall(paragraph.repeat(2), 75)).toBe(true)
  })

  test('characters of double breadth fill a line by half as many', () => {
    expect(isTall('字'.repeat(1_000), 75)).toBe(true)
    expect(isTall('a'.repeat(1_000), 75)).toBe(false)
  })

  test('length is counted as the service counts', () => {
    expect(codePointsOf('a👍é')).toBe(3)
  })

  test('height is guessed from lines', () => {
    expect(linesOf('ok', 40)).toBe(1)
    expect(linesOf('a\n\nb', 40)).toBe(3)
    expect(linesOf('x'.repeat(100), 40)).toBe(3)
    expect(linesOf('字'.repeat(100), 40)).toBe(5)
  })
})

describe('a day', () => {
  const day = (...date: [number, number, number]) => new Date(...date).getTime()
  const today = day(2026, 10, 23)

  test('is called as people call it', () => {
    expect(dayLabel(today, today)).toBe('Today')
    expect(dayLabel(day(2026, 10, 22), today)).toBe('Yesterday')
    expect(dayLabel(day(2026, 10, 20), today)).toMatch(/^Friday,? 20 November$/)
    expect(dayLabel(day(2025, 10, 20), today)).toBe('20 November 2025')
    expect(dayLabel(day(2026, 10, 25), today)).toBe('25 November 2026')
  })

  test('begins at midnight', () => {
    const noon = new Date(2026, 10, 23, 12, 30).getTime()
    expect(dayOf(noon)).toBe(today)
  })
})

test('spans are short', () => {
  expect([3, 89, 90, 5_399, 7_200].map(spanOf)).toEqual(['3 s', '89 s', '2 min', '90 min', '2 h'])
  expect(secondsUntil(1_001, 1_000)).toBe(1)
  expect(secondsUntil(500, 1_000)).toBe(1)
  expect(secondsUntil(3_500, 1_000)).toBe(3)
})
