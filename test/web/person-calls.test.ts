import { describe, expect, test } from 'vitest'
import type { Moderation } from '../../src/client/moderation.ts'
import { sinceBefore, untilAfter } from '../../src/web/person-card/durations.ts'
import { personCalls } from '../../src/web/person-card/person-calls.ts'
import { bob } from './messages.ts'

const none = { mute: null, ban: null }
const hourMs = 3_600_000

function setUp() {
  const made: unknown[][] = []
  const answers: Record<string, unknown> = { purge: { messages: 12 } }
  const moderation = new Proxy({} as Moderation, {
    get: (_, name: string) => async (id: string, order: object) => {
      made.push([name, id, order])
      if (name === 'mute' || name === 'ban') return { ...none, [name]: order }
      return answers[name]
    },
  })
  return { made, calls: personCalls({ moderation }, bob) }
}

describe('a restriction', () => {
  test('begins now, and can be undone', async () => {
    const { made, calls } = setUp()
    const done = await calls.restrict('ban', { ms: null, reason: 'Advertising' }, none)
    expect(done.text).toBe('Bob is banned for good. Reason: Advertising')
    expect(done.restrictions?.ban).toEqual({ until: null, reason: 'Advertising' })
    const undone = await done.undo?.()
    expect(undone?.text).toBe('Bob is not banned any more.')
    expect(undone?.restrictions).toEqual(none)
    expect(made.map(([name]) => name)).toEqual(['ban', 'unban'])
  })

  test('that replaced another one gives way to it again', async () => {
    const { made, calls } = setUp()
    const before = { until: null, reason: 'Spam' }
    const done = await calls.restrict(
      'mute',
      { ms: hourMs, reason: null },
      { ...none, mute: before },
    )
    await done.undo?.()
    expect(made.at(-1)).toEqual(['mute', bob.id, before])
  })

  test('that ends leaves the other one', async () => {
    const { calls } = setUp()
    const ban = { until: null, reason: null }
    const done = await calls.end('mute', { mute: ban, ban })
    expect(done).toEqual({
      text: 'Bob is not muted any more.',
      restrictions: { mute: null, ban },
      undo: null,
    })
  })
})

test('a purge says how many messages are deleted, and cannot be undone', async () => {
  const { made, calls } = setUp()
  expect(await calls.purge({ ms: null, reason: null })).toEqual({
    text: '12 messages are deleted.',
    undo: null,
  })
  expect(made).toEqual([['purge', bob.id, { since: new Date(0).toISOString(), reason: null }]])
})

test('a role is named in the answer', async () => {
  const { calls } = setUp()
  expect((await calls.setRole('moderator')).text).toBe('Bob is a moderator.')
  expect((await calls.setRole('member')).text).toBe('Bob is not a moderator any more.')
})

test('times are counted from now', () => {
  const now = Date.UTC(2026, 10, 23, 12)
  expect(untilAfter(hourMs, now)).toBe('2026-11-23T13:00:00.000Z')
  expect(untilAfter(null, now)).toBeNull()
  expect(sinceBefore(hourMs, now)).toBe('2026-11-23T11:00:00.000Z')
})
