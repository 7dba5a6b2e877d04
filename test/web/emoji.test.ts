import { describe, expect, test } from 'vitest'
import { completedEmoji, emojiQuery } from '../../src/web/composer/emoji-query.ts'
import { allEmoji, emojiNamed, matchingEmoji } from '../../src/web/emoji/emoji-names.ts'

describe('the list of emoji', () => {
  test('has one emoji and at least one name an entry, and no name twice', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    for (const { emoji, names } of allEmoji) {
      expect([...graphemes.segment(emoji)], emoji).toHaveLength(1)
      expect(emoji).toMatch(/\p{RGI_Emoji}/v)
      expect(names.length).toBeGreaterThan(0)
      for (const name of names) expect(name).toMatch(/^[\w+-]+$/)
    }
    const names = allEmoji.flatMap((entry) => entry.names)
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(allEmoji.map(({ emoji }) => emoji)).size).toBe(allEmoji.length)
  })

  test('is searched by the beginnings of names and of words in them', () => {
    const found = (query: string, max?: number) =>
      matchingEmoji(query, max).map(({ emoji }) => emoji)
    expect(found('tada')).toEqual(['🎉'])
    expect(found('thanks')).toEqual(['🙏'])
    expect(found('HEART eyes')).toEqual(['😍'])
    expect(found('eyes')).toEqual(['👀', '😍', '🙄'])
    expect(found('', 3)).toHaveLength(3)
    expect(found('nothing like this')).toEqual([])
  })
})

describe('a name between colons', () => {
  test.each([
    [':ta', ':ta'.length, { start: 0, query: 'ta' }],
    ['Hi :+1', 6, { start: 3, query: '+1' }],
    ['(:smile and', 7, { start: 1, query: 'smile' }],
    [':p', 2, null],
    ['10:30', 5, null],
    ['a:smile', 7, null],
    ['http://x', 8, null],
  ])('is being typed in %j with the caret at %i', (text, caret, typed) => {
    expect(emojiQuery(text, caret)).toEqual(typed)
  })

  test('becomes the emoji, if there is one of this name', () => {
    const completed = (text: string) => completedEmoji(text, text.length)
    expect(completed('Done :tada:')).toEqual({ start: 5, emoji: '🎉' })
    expect(completed(':-1:')).toEqual({ start: 0, emoji: emojiNamed('thumbsdown') })
    for (const text of [':nothing:', '::', 'at 10:30:', ':tada: ', 'see:tada:'])
      expect(completed(text), text).toBeNull()
  })
})
