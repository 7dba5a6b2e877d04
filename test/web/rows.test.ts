import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../../src/client/state.ts'
import { defaultRowState, RowBuilder, type RowContext } from '../../src/web/conversation/rows.ts'
import { startOfDay } from '../../src/web/text/times.ts'
import { ada, bob, pending, rowContext, sent } from './messages.ts'

const build = (messages: ChatMessage[], how: Partial<RowContext> = {}, rows = new RowBuilder()) =>
  rows.build(messages, { ...rowContext, ...how })

const groups = (messages: ChatMessage[], how: Partial<RowContext> = {}) =>
  build(messages, how)
    .map(({ startsGroup, endsGroup }) => (startsGroup ? '[' : '') + (endsGroup ? ']' : ''))
    .join(' ')

const at = (...time: [number, number, number]) => new Date(2026, 10, ...time).toISOString()

describe('a group', () => {
  test('has messages of one author, each within five minutes of the one before', () => {
    const messages = [
      sent(1, { at: at(23, 12, 0) }),
      sent(2, { at: at(23, 12, 5) }),
      sent(3, { at: at(23, 12, 10) }),
      sent(4, { at: at(23, 12, 16) }),
    ]
    expect(groups(messages)).toBe('[  ] []')
  })

  test('ends at a message of another author', () => {
    expect(groups([sent(1), sent(2, { by: ada }), sent(3), sent(4)])).toBe('[] [] [ ]')
  })

  test('ends with the day', () => {
    expect(groups([sent(1, { at: at(23, 23, 59) }), sent(2, { at: at(24, 0, 0) })])).toBe('[] []')
  })

  test('ends at the first unread message', () => {
    const messages = [sent(1), sent(2), sent(3)]
    expect(groups(messages, { dividerKey: 'm000002' })).toBe('[] [ ]')
  })

  test('includes pending messages before the user is known', () => {
    const first = sent(1, { by: ada, at: at(23, 12, 1) })
    expect(groups([first, pending('a'), pending('b')])).toBe('[  ]')
  })
})

describe('a day', () => {
  test('has a divider above its first message', () => {
    const messages = [
      sent(1, { at: at(22, 9, 0) }),
      sent(2, { at: at(22, 23, 0) }),
      sent(3, { at: at(23, 9, 0) }),
    ]
    expect(build(messages).map(({ day }) => day)).toEqual([
      startOfDay(new Date(2026, 10, 22).getTime()),
      null,
      startOfDay(new Date(2026, 10, 23).getTime()),
    ])
  })
})

describe('own messages', () => {
  test('are those of this user, and all pending ones', () => {
    const messages = [sent(1), sent(2, { by: ada }), pending('a')]
    expect(build(messages).map(({ own }) => own)).toEqual([false, true, true])
  })
})

describe('a row', () => {
  test('is the same object until it changes', () => {
    const rows = new RowBuilder()
    const messages = [sent(1), sent(2, { by: ada }), sent(3)]
    const before = build(messages, {}, rows)
    const after = build([...messages, sent(4)], {}, rows)
    expect(after.map((row, i) => row === before[i])).toEqual([true, true, false, false])
    expect(after[2]).toMatchObject({ startsGroup: true, endsGroup: false })
  })

  test('is a new object when its state changes', () => {
    const rows = new RowBuilder()
    const messages = [sent(1), sent(2)]
    const [first, second] = build(messages, {}, rows)
    const rowStates = new Map([['m000002', { ...defaultRowState, unfolded: true }]])
    const again = build(messages, { rowStates }, rows)
    expect(again[0]).toBe(first)
    expect(again[1]).not.toBe(second)
    expect(again[1]?.rowState.unfolded).toBe(true)
  })

  test('is a new object when the role of its author, its pin or the viewer changes', () => {
    const changes: Partial<RowContext>[] = [
      { roles: new Map([[bob.id, 'moderator']]) },
      { pinnedIds: new Set(['m000001']) },
      { viewer: { ...rowContext.viewer, role: 'owner' } },
      { offered: ['🎉'] },
    ]
    for (const change of changes) {
      const rows = new RowBuilder()
      const messages = [sent(1), sent(2, { by: ada })]
      const [before] = build(messages, {}, rows)
      expect(build(messages, change, rows)[0]).not.toBe(before)
      expect(build(messages, change, rows)[0]).toBe(build(messages, change, rows)[0])
    }
    const [row] = build([sent(1)], Object.assign({}, ...changes))
    expect(row).toMatchObject({ authorRole: 'moderator', pinned: true, viewer: { role: 'owner' } })
  })

  test('is a new object when older messages are added above it', () => {
    const rows = new RowBuilder()
    const [only] = build([sent(2)], {}, rows)
    const [, after] = build([sent(1), sent(2)], {}, rows)
    expect(after).not.toBe(only)
    expect(after).toMatchObject({ startsGroup: false, day: null })
  })
})

test('a reaction makes a new row of its message alone', () => {
  const rows = new RowBuilder()
  const messages = [sent(1), sent(2), sent(3)]
  const before = build(messages, {}, rows)
  const reactions = { counts: { '👍': 1 }, revision: 1 }
  const after = build(
    [messages[0], { ...sent(2), reactions }, messages[2]].filter((m) => m !== undefined),
    {},
    rows,
  )
  expect(after.map((row, i) => row === before[i])).toEqual([true, false, true])
  expect(after.map(({ isReacted }) => isReacted)).toEqual([false, true, false])
})

describe('mentions', () => {
  const nameOf = (id: string) => (id === bob.id ? bob.username : undefined)
  const build1 = (message: ChatMessage) => build([message], { nameOf })[0]

  test('have the names of the people who are known', () => {
    const message = { ...sent(1), mentions: ['someone', bob.id], mentions_room: true as const }
    expect(build1(message)?.mentionNames).toBe('room\nBob')
    expect(build1(sent(1))?.mentionNames).toBe('')
  })

  test('of the user or the room mark a message of another person', () => {
    const marked = (message: ChatMessage) => build1(message)?.mentionsUser
    expect(marked({ ...sent(1), mentions: [ada.id] })).toBe(true)
    expect(marked({ ...sent(1), mentions_room: true })).toBe(true)
    expect(marked({ ...sent(1), mentions: [bob.id] })).toBe(false)
    expect(marked({ ...sent(1, { by: ada }), mentions_room: true })).toBe(false)
  })

  test('make a new row when a name becomes known', () => {
    const rows = new RowBuilder()
    const messages = [{ ...sent(1), mentions: [bob.id] }]
    const [before] = build(messages, {}, rows)
    const [after] = build(messages, { nameOf }, rows)
    expect(after).not.toBe(before)
    expect(build(messages, { nameOf }, rows)[0]).toBe(after)
  })
})
