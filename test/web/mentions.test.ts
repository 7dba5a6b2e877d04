import { describe, expect, test } from 'vitest'
import type { Member } from '../../src/client/contract.ts'
import { matchingPeople, mentionQuery } from '../../src/web/composer/mention-query.ts'
import { mentionsTooMany, outgoing } from '../../src/web/composer/outgoing.ts'
import { mentionedNames, splitMentions } from '../../src/web/text/mention-text.ts'

const people = ['Ada', 'Ada Lovelace', 'Bob', 'Grace Hopper', '上海', "O'Neil"].map(
  (username): Member => ({ id: `id of ${username}`, username }),
)
const names = people.map(({ username }) => username)
const mentions = (text: string) => mentionedNames(text, names)

describe('mentions in a text', () => {
  test('are names after an @, also with spaces, and the longest counts', () => {
    expect(mentions('@Ada and @Grace Hopper: hello')).toEqual(['Ada', 'Grace Hopper'])
    expect(mentions('hello @Ada Lovelace!')).toEqual(['Ada Lovelace'])
    expect(mentions('(@bob) @BOB, @Ada’s idea')).toEqual(['Bob', 'Ada'])
  })

  test('end with the name, in scripts with spaces between words', () => {
    expect(mentions('@Adam @Bobby @Ada_x')).toEqual([])
    expect(mentions('@上海你好 and 你好@上海')).toEqual(['上海'])
  })

  test('are no email addresses', () => {
    expect(mentions('write to me@Bob or x@Ada')).toEqual([])
  })

  test('are marked, and the rest stays as it is', () => {
    const text = 'Hi @Ada, and @nobody: @Bob'
    const parts = splitMentions(text, names)
    expect(parts.map((part) => part.text).join('')).toBe(text)
    expect(parts.filter(({ mention }) => mention !== null)).toEqual([
      { text: '@Ada', mention: 'Ada' },
      { text: '@Bob', mention: 'Bob' },
    ])
  })

  test('of a text full of @ are found at once', () => {
    const startedAt = performance.now()
    splitMentions('@'.repeat(20_000), names)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })
})

describe('what is typed after an @', () => {
  test.each([
    ['@', 1, { start: 0, query: '' }],
    ['hi @Gra', 7, { start: 3, query: 'Gra' }],
    ['hi @Grace Ho', 12, { start: 3, query: 'Grace Ho' }],
    ['hi @Gra and more', 7, { start: 3, query: 'Gra' }],
    ['me@example', 10, null],
    ['hi @ there', 10, null],
    ['@Ada\nhello', 10, null],
    ['@Ada', 0, null],
    ['hello', 5, null],
  ])('%j with the caret at %i', (text, caret, query) => {
    expect(mentionQuery(text, caret)).toEqual(query)
  })
})

describe('the people who fit', () => {
  const fitting = (query: string, max = 9) =>
    matchingPeople(query, people, max).map(({ username }) => username)

  test('have a name that begins like it, or a later word that does', () => {
    expect(fitting('a')).toEqual(['Ada', 'Ada Lovelace'])
    expect(fitting('HOP')).toEqual(['Grace Hopper'])
    expect(fitting('ob')).toEqual([])
  })

  test('are in the given order, and only so many', () => {
    expect(fitting('', 2)).toEqual(['Ada', 'Ada Lovelace'])
  })
})

describe('a message on its way', () => {
  const sent = (content: string, mayMentionRoom = false) =>
    outgoing(content, null, { others: people, mayMentionRoom })

  test('names the people whom its text mentions', () => {
    expect(sent('@Ada, ask @Bob')).toEqual({
      content: '@Ada, ask @Bob',
      mentions: ['id of Ada', 'id of Bob'],
    })
    expect(sent('nobody')).toEqual({ content: 'nobody' })
  })

  test('mentions the room only for moderators', () => {
    expect(sent('@room, listen', true)).toEqual({ content: '@room, listen', mentionsRoom: true })
    expect(sent('@room, listen')).toEqual({ content: '@room, listen' })
  })

  test('mentions at most ten people', () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ id: `p${i}`, username: `Person ${i}x` }))
    const text = many.map(({ username }) => `@${username}`).join(' ')
    const { mentions } = outgoing(text, null, { others: many, mayMentionRoom: false })
    expect(mentions).toHaveLength(10)
    expect(mentionsTooMany(text, many)).toBe(2)
    expect(mentionsTooMany('@Person 1x '.repeat(20), many)).toBe(0)
  })

  test('mentions the first of two people with one name', () => {
    const twins = [
      { id: 'chosen', username: 'Twin' },
      { id: 'other', username: 'Twin' },
    ]
    const { mentions } = outgoing('@Twin', null, { others: twins, mayMentionRoom: false })
    expect(mentions).toEqual(['chosen'])
  })
})
