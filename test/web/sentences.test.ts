import { afterEach, describe, expect, test, vi } from 'vitest'
import { limitText, typingPhrase } from '../../src/web/composer/composer-status.ts'
import { connectionNotice } from '../../src/web/connection-bar/connection-notice.ts'
import {
  newMessagesLabel,
  pageTitle,
  pinsLabel,
  purgedText,
  purgeLine,
  unreadLabel,
  unsentWarning,
} from '../../src/web/text/sentences.ts'
import { estimateLines, isFewEmoji, needsFolding } from '../../src/web/text/text-shape.ts'
import {
  formatDay,
  formatDuration,
  formatTime,
  secondsUntil,
  startOfDay,
  toMonotonic,
} from '../../src/web/text/times.ts'
import { countCodePoints } from '../../src/web/text-input/layout-cost.ts'
import { lengthHint } from '../../src/web/text-input/length-text.ts'

const connected = {
  status: 'online',
  stopped: null,
  ban: null,
  retryAt: null,
  retryNow: false,
} as const
const noon = new Date(2026, 10, 23, 12).getTime()
const up = { now: 1_000_000, date: noon, network: 'up' } as const
const down = { ...up, network: 'down' } as const

describe('the connection notice', () => {
  test('is empty while the client is connected', () => {
    expect(connectionNotice(connected, up)).toBeNull()
  })

  test('appears at once when the browser is offline, before the connection is lost', () => {
    expect(connectionNotice(connected, down)?.text).toBe(
      'You are offline. Your messages will be sent later.',
    )
  })

  test('distinguishes the first connect from a reconnect', () => {
    expect(connectionNotice({ ...connected, status: 'connecting' }, up)?.text).toBe('Connecting…')
    expect(connectionNotice({ ...connected, status: 'reconnecting' }, up)?.text).toBe(
      'Reconnecting…',
    )
  })

  test('shows when the next attempt starts, unless that is soon', () => {
    const waiting = { ...connected, status: 'reconnecting', retryAt: up.now + 7_200 } as const
    const { text, countdown } = connectionNotice(waiting, up) ?? {}
    expect([text, countdown]).toEqual(['Reconnecting…', 'Next attempt in 8 s'])
    expect(connectionNotice({ ...waiting, retryAt: up.now + 900 }, up)?.countdown).toBeNull()
  })

  test('offers to try at once, unless the service asked for the wait', () => {
    const waiting = { ...connected, status: 'reconnecting', retryAt: up.now + 7_200 } as const
    expect(connectionNotice({ ...waiting, retryNow: true }, up)?.action).toBe('Try now')
    expect(connectionNotice(waiting, up)?.action).toBeNull()
    expect(
      connectionNotice({ ...waiting, retryNow: true, retryAt: up.now + 900 }, up)?.action,
    ).toBeNull()
  })

  test('says offline instead of reconnecting when the browser is offline', () => {
    expect(connectionNotice({ ...connected, status: 'reconnecting' }, down)?.state).toBe('offline')
  })

  test('says of a ban until when and why, and when the user can return', () => {
    const until = new Date(noon + 7_200_000).toISOString()
    const stopped = { ...connected, status: 'stopped', stopped: 'banned' } as const
    const ban = { until, reason: 'Advertising' }
    expect(connectionNotice({ ...stopped, ban, retryAt: up.now + 7_200_000 }, up)).toEqual({
      state: 'stopped',
      text: `You are banned from this room until ${formatTime(noon + 7_200_000)}. Reason: Advertising`,
      countdown: 'You can return in 2 h',
      action: 'Try again',
    })
    const forGood = { ...stopped, ban: { until: null, reason: null } }
    expect(connectionNotice(forGood, up)).toMatchObject({
      text: 'You are banned from this room for good.',
      countdown: null,
    })
    expect(connectionNotice(stopped, up)?.text).toBe('You are banned from this room.')
  })

  test('offers to connect again where the client has stopped', () => {
    const stopped = { ...connected, status: 'stopped' } as const
    expect(connectionNotice({ ...stopped, stopped: 'replaced' }, up)?.action).toBe('Connect here')
    expect(connectionNotice({ ...stopped, stopped: 'fault' }, up)?.action).toBe('Try again')
    expect(connectionNotice({ ...stopped, stopped: 'refused' }, up)?.action).toBeNull()
  })
})

test('up to two users who are typing are named', () => {
  expect(typingPhrase([])).toBeNull()
  expect(typingPhrase(['Ada'])).toEqual({ names: ['Ada'], rest: 'is typing' })
  expect(typingPhrase(['Ada', 'Bob'])).toEqual({ names: ['Ada', 'Bob'], rest: 'are typing' })
  expect(typingPhrase(['Ada', 'Bob', 'Eve'])).toEqual({ names: [], rest: '3 people are typing' })
})

describe('the limits of sending', () => {
  const limits = { pausedUntil: null, waiting: 0, slowModeMs: 0, acceptedAt: null }

  test('are a countdown in whole seconds while messages wait', () => {
    const paused = { ...limits, pausedUntil: 4_100 }
    const text = (waiting: number) => limitText({ ...paused, waiting }, 1_000)
    expect(text(1)).toBe('Sending too fast: next message in 4 s')
    expect(text(3)).toBe('3 messages waiting, next in 4 s')
    expect(text(0)).toBeNull()
    expect(limitText({ ...paused, pausedUntil: 900, waiting: 1 }, 1_000)).toBe(
      'Sending too fast: next message in 1 s',
    )
    expect(limitText({ ...limits, waiting: 2 }, 1_000)).toBeNull()
  })

  test('name the slow mode, and count down to the next message', () => {
    const slow = { ...limits, slowModeMs: 10_000 }
    expect(limitText(slow, 1_000)).toBe('Slow mode: one message every 10 s')
    const written = { ...slow, acceptedAt: 1_000 }
    expect(limitText(written, 3_500)).toBe('Slow mode: next message in 8 s')
    expect(limitText(written, 11_000)).toBe('Slow mode: one message every 10 s')
    expect(limitText({ ...written, pausedUntil: 9_000, waiting: 1 }, 5_000)).toBe(
      'Slow mode: next message in 4 s',
    )
  })
})

test('a purge is one line for everyone, and a sentence for the moderator', () => {
  expect([1, 12, 1_000].map(purgeLine)).toEqual([
    '1 message was removed by a moderator',
    '12 messages were removed by a moderator',
    '1,000 messages were removed by a moderator',
  ])
  expect([0, 1, 12].map(purgedText)).toEqual([
    'There were no such messages in the room. Older ones are deleted, too.',
    '1 message is deleted.',
    '12 messages are deleted.',
  ])
})

test('the line with the pins says what it opens', () => {
  expect([1, 3].map(pinsLabel)).toEqual(['Show the pinned message', 'Show all 3 pinned messages'])
})

describe('a countdown', () => {
  const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * 1_000, seconds * 1_000])
  afterEach(() => {
    vi.useRealTimers()
  })

  test.each(steps)('ignores a step of the device’s clock by %i ms', (step) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.UTC(2026, 10, 23, 12) })
    const until = toMonotonic(Date.now() + 5_000)
    vi.advanceTimersByTime(1_000)
    vi.setSystemTime(Date.now() + step)
    const limits = { pausedUntil: until, waiting: 1, slowModeMs: 0, acceptedAt: null }
    expect(limitText(limits, performance.now())).toBe('Sending too fast: next message in 4 s')
    const retryAt = toMonotonic(Date.now() + 7_200)
    const waiting = { ...connected, status: 'reconnecting', retryAt } as const
    const notice = connectionNotice(waiting, { ...up, now: performance.now() })
    expect(notice?.countdown).toBe('Next attempt in 8 s')
  })

  test('without a time has no value', () => {
    expect(toMonotonic(null)).toBeNull()
  })
})

test('the length hint appears when few characters are left', () => {
  expect(lengthHint(0, 2_000)).toBeNull()
  expect(lengthHint(1_799, 2_000)).toBeNull()
  expect(lengthHint(1_800, 2_000)).toBe('200 left')
  expect(lengthHint(2_000, 2_000)).toBe('0 left')
  expect(lengthHint(2_007, 2_000)).toBe('7 too many')
  expect(lengthHint(20_000, 2_000)).toBe('18,000 too many')
})

test('the logout warning says what happens to unsent messages', () => {
  expect(unsentWarning(1, 'kept')).toBe(
    'One message has not been sent yet. It is kept in this browser until you log in again.',
  )
  expect(unsentWarning(2, 'lost')).toBe(
    '2 messages have not been sent yet. They are lost when you log out.',
  )
})

test('the buttons show the number of new messages, and of those that mention the user', () => {
  expect([0, 1, 12, 100].map(newMessagesLabel)).toEqual([
    'Newest messages',
    '1 new message',
    '12 new messages',
    '99+ new messages',
  ])
  expect([unreadLabel(3, 1), unreadLabel(3, 2), unreadLabel(0, 0)]).toEqual([
    '3 new messages, 1 mentions you',
    '3 new messages, 2 mention you',
    'Newest messages',
  ])
})

test('the page title has the number, and has a dot for other new messages', () => {
  const titles = [
    { unread: 0, count: 0 },
    { unread: 5, count: 0 },
    { unread: 5, count: 3 },
    { unread: 100, count: 100 },
  ]
  expect(titles.map((news) => pageTitle('Chat', news))).toEqual([
    'Chat',
    '• Chat',
    '(3) Chat',
    '(99+) Chat',
  ])
})

describe('the shape of a text', () => {
  test('one to three emoji are large', () => {
    expect(['👍', '🎉🎉', '☀️', '👩‍👩‍👧‍👦🇩🇪👍🏽'].every(isFewEmoji)).toBe(true)
    expect(['', 'ok', '👍 ok', '👍👍👍👍', '1', '#', '©'].some(isFewEmoji)).toBe(false)
  })

  test('a text of more than 24 lines is folded', () => {
    expect(needsFolding('a\n'.repeat(23), 40)).toBe(false)
    expect(needsFolding('a\n'.repeat(24), 40)).toBe(true)
  })

  test('one long paragraph is folded too, sooner in a narrow window', () => {
    const paragraph = 'It goes on and on. '.repeat(80)
    expect(needsFolding(paragraph, 36)).toBe(true)
    expect(needsFolding(paragraph, 75)).toBe(false)
    expect(needsFolding(paragraph.repeat(2), 75)).toBe(true)
  })

  test('wide characters count twice', () => {
    expect(needsFolding('字'.repeat(1_000), 75)).toBe(true)
    expect(needsFolding('a'.repeat(1_000), 75)).toBe(false)
  })

  test('the length is counted in code points, as in the service', () => {
    expect(countCodePoints('a👍é')).toBe(3)
  })

  test('the height is estimated from the lines', () => {
    expect(estimateLines('ok', 40)).toBe(1)
    expect(estimateLines('a\n\nb', 40)).toBe(3)
    expect(estimateLines('x'.repeat(100), 40)).toBe(3)
    expect(estimateLines('字'.repeat(100), 40)).toBe(5)
  })
})

describe('a day', () => {
  const day = (...date: [number, number, number]) => new Date(...date).getTime()
  const today = day(2026, 10, 23)

  test('has a name relative to today', () => {
    expect(formatDay(today, today)).toBe('Today')
    expect(formatDay(day(2026, 10, 22), today)).toBe('Yesterday')
    expect(formatDay(day(2026, 10, 20), today)).toMatch(/^Friday,? 20 November$/)
    expect(formatDay(day(2025, 10, 20), today)).toBe('20 November 2025')
    expect(formatDay(day(2026, 10, 25), today)).toBe('25 November 2026')
  })

  test('starts at midnight', () => {
    const noon = new Date(2026, 10, 23, 12, 30).getTime()
    expect(startOfDay(noon)).toBe(today)
  })
})

test('durations have a short form', () => {
  expect([3, 89, 90, 5_399, 7_200].map(formatDuration)).toEqual([
    '3 s',
    '89 s',
    '2 min',
    '90 min',
    '2 h',
  ])
  expect(secondsUntil(1_001, 1_000)).toBe(1)
  expect(secondsUntil(500, 1_000)).toBe(1)
  expect(secondsUntil(3_500, 1_000)).toBe(3)
})
