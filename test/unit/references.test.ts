import { describe, expect, test } from 'vitest'
import { limits } from '../../src/contract/values.ts'
import { compose, edited, tombstone, toWire } from '../../src/domain/message.ts'
import {
  isMentioned,
  isSameReferences,
  type MessageReferences,
  referencesOf,
  toReferenced,
} from '../../src/domain/references.ts'

const [ada, ben, cyn] = ['a', 'b', 'c'].map((n) => `0f0e0d0c-0b0a-4908-8706-05040302010${n}`) as [
  string,
  string,
  string,
]
const id = '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11'
const targetId = '019a9d5d-f0a2-7b10-8c00-1a2b3c4d5e6f'

const message = (content: string, references: MessageReferences | null = null) =>
  compose({ id: ada, username: 'ada' }, content, { id, clientId: null, references })

describe('what a new message refers to', () => {
  test.each([
    ['no field', {}],
    ['an empty list', { mentions: [] }],
    ['false', { mentions_room: false }],
  ])('is nothing with %s', (_name, sent) => {
    expect(referencesOf(sent)).toBeNull()
  })

  test('has each person once, in the order of the list', () => {
    expect(referencesOf({ mentions: [ben, ada, ben] })).toEqual({
      ...{ reply_to: null, mentions: [ben, ada], mentions_room: false },
    })
  })

  test('may be the reply or the mention of the room alone', () => {
    expect(referencesOf({ reply_to: targetId })?.reply_to).toBe(targetId)
    expect(referencesOf({ mentions_room: true })?.mentions_room).toBe(true)
  })
})

describe('a retry refers to the same', () => {
  const first = { reply_to: targetId, mentions: [ada, ben], mentions_room: false }

  test('with the mentions in another order, and with nothing at all', () => {
    expect(isSameReferences(first, { ...first, mentions: [ben, ada] })).toBe(true)
    expect(isSameReferences(null, undefined)).toBe(true)
  })

  test.each([
    ['no reply', { ...first, reply_to: null }],
    ['other people', { ...first, mentions: [ada, cyn] }],
    ['fewer people', { ...first, mentions: [ada] }],
    ['the room too', { ...first, mentions_room: true }],
    ['nothing', null],
  ])('but not with %s', (_name, other) => {
    expect(isSameReferences(first, other)).toBe(false)
    expect(isSameReferences(other, first)).toBe(false)
  })
})

describe('a person is mentioned', () => {
  test('by id or with the room, but not by themselves', () => {
    const byId = message('hi', referencesOf({ mentions: [ben, ada] }))
    expect([isMentioned(byId, ben), isMentioned(byId, cyn)]).toEqual([true, false])
    const room = message('hi', referencesOf({ mentions_room: true }))
    expect([isMentioned(room, cyn), isMentioned(room, ada)]).toEqual([true, false])
    expect(isMentioned(byId, ada)).toBe(false)
    expect(isMentioned(message('hi'), ben)).toBe(false)
  })
})

describe('the excerpt of a message', () => {
  test.each([
    ['a short text', 'Hello', 'Hello'],
    ['a long text', 'x'.repeat(141), 'x'.repeat(140)],
    ['pairs of units', '💬'.repeat(141), '💬'.repeat(140)],
    ['one unit and then pairs', `x${'💬'.repeat(140)}`, `x${'💬'.repeat(139)}`],
    ['one unit after pairs', `${'💬'.repeat(139)}xy`, `${'💬'.repeat(139)}x`],
  ])('is cut behind whole code points: %s', (_name, content, excerpt) => {
    const referenced = toReferenced(message(content))
    expect(referenced).toEqual({ id, user_id: ada, username: 'ada', excerpt, is_deleted: false })
    expect([...referenced.excerpt].length).toBeLessThanOrEqual(limits.excerptMax)
  })
})

describe('a message with references', () => {
  const references = { reply_to: targetId, mentions: [ben], mentions_room: true }

  test('keeps them when it is edited, and has none when it is deleted', () => {
    const change = edited(message('a', references), { id: ada, username: 'ada' }, 'b', 1)
    expect(change).toMatchObject({ kind: 'changed', message: { content: 'b', references } })
    const deletion = tombstone(message('a', references), 1)
    expect(deletion).toMatchObject({ kind: 'changed', message: { references: null } })
    const shown = deletion.kind === 'changed' ? toWire(deletion.message) : {}
    for (const field of ['reply_to', 'referenced', 'mentions', 'mentions_room'])
      expect(shown).not.toHaveProperty(field)
  })

  test('shows its target only if that is at hand', () => {
    const shown = toWire(message('a', references))
    expect(shown).toMatchObject({ reply_to: targetId, mentions: [ben], mentions_room: true })
    expect(shown).not.toHaveProperty('referenced')
    const target = toReferenced({ ...message('b'), id: targetId })
    expect(toWire(message('a', references), target).referenced).toEqual(target)
    expect(toWire(message('a'), target)).not.toHaveProperty('referenced')
  })

  test('has no field for what it does not refer to', () => {
    const keys = Object.keys(toWire(message('a', { ...references, reply_to: null, mentions: [] })))
    expect(keys).toContain('mentions_room')
    expect(keys).not.toContain('reply_to')
    expect(keys).not.toContain('mentions')
  })
})
