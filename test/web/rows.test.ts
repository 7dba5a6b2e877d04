import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../../src/client/state.ts'
import { type Arrangement, Rows, unmarked } from '../../src/web/rows.ts'
import { dayOf } from '../../src/web/times.ts'
import { ada, pending, sent } from './said.ts'

const arrange = (messages: ChatMessage[], how: Partial<Arrangement> = {}, rows = new Rows()) =>
  rows.arrange(messages, { userId: ada.id, unreadKey: null, marks: new Map(), ...how })

const groups = (messages: ChatMessage[], how: Partial<Arrangement> = {}) =>
  arrange(messages, how)
    .map(({ opens, closes }) => (opens ? '[' : '') + (closes ? ']' : ''))
    .join(' ')

const at = (...time: [number, number, number]) => new Date(2026, 10, ...time).toISOString()

describe('a group', () => {
  test('is what one person says within five minutes of the message before', () => {
    const messages = [
      sent(1, { at: at(23, 12, 0) }),
      sent(2, { at: at(23, 12, 5) }),
      sent(3, { at: at(23, 12, 10) }),
      sent(4, { at: at(23, 12, 16) }),
    ]
    expect(groups(messages)).toBe('[  ] []')
  })

  test('ends where another person speaks', () => {
    expect(groups([sent(1), sent(2, { by: ada }), sent(3), sent(4)])).toBe('[] [] [ ]')
  })

  test('ends with the day', () => {
    expect(groups([sent(1, { at: at(23, 23, 59) }), sent(2, { at: at(24, 0, 0) })])).toBe('[] []')
  })

  test('ends where the unread begin', () => {
    const messages = [sent(1), sent(2), sent(3)]
    expect(groups(messages, { unreadKey: 'm000002' })).toBe('[] [ ]')
  })

  test('takes in what waits, before the room said who this is', () => {
    const first = sent(1, { by: ada, at: at(23, 12, 1) })
    expect(groups([first, pending('a'), pending('b')])).toBe('[  ]')
  })
})

describe('a day', () => {
  test('is named by its first message', () => {
    const messages = [
      sent(1, { at: at(22, 9, 0) }),
      sent(2, { at: at(22, 23, 0) }),
      sent(3, { at: at(23, 9, 0) }),
    ]
    expect(arrange(messages).map(({ day }) => day)).toEqual([
      dayOf(new Date(2026, 10, 22).getTime()),
      null,
      dayOf(new Date(2026, 10, 23).getTime()),
    ])
  })
})

describe('own messages', () => {
  test('are those of this user, and all that wait', () => {
    const messages = [sent(1), sent(2, { by: ada }), pending('a')]
    expect(arrange(messages).map(({ own }) => own)).toEqual([false, true, true])
  })
})

describe('a row', () => {
  test('is the same object until something about it changes', () => {
    const rows = new Rows()
    const messages = [sent(1), sent(2, { by: ada }), sent(3)]
    const before = arrange(messages, {}, rows)
    const after = arrange([...messages, sent(4)], {}, rows)
    expect(after.map((row, i) => row === before[i])).toEqual([true, true, false, false])
    expect(after[2]).toMatchObject({ opens: true, closes: false })
  })

  test('is another one when its mark changes', () => {
    const rows = new Rows()
    const messages = [sent(1), sent(2)]
    const [first, second] = arrange(messages, {}, rows)
    const marks = new Map([['m000002', { ...unmarked, unfolded: true }]])
    const again = arrange(messages, { marks }, rows)
    expect(again[0]).toBe(first)
    expect(again[1]).not.toBe(second)
    expect(again[1]?.mark.unfolded).toBe(true)
  })

  test('is another one when older messages come before it', () => {
    const rows = new Rows()
    const [only] = arrange([sent(2)], {}, rows)
    const [, after] = arrange([sent(1), sent(2)], {}, rows)
    expect(after).not.toBe(only)
    expect(after).toMatchObject({ opens: false, day: null })
  })
})
