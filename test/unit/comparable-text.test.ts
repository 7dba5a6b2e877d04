import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparable } from '../../src/domain/comparable-text.ts'
import { compileWords, termFault } from '../../src/domain/word-list.ts'

const matches = (term: string, text: string) => compileWords([term]).matches(text)

describe('spellings that look alike are one', () => {
  test.each([
    ['bad', 'ＢＡＤ', 'wide letters'],
    ['bad', '𝔟𝔞𝔡', 'letters of mathematics'],
    ['bad', 'ⓑⓐⓓ', 'letters in circles'],
    ['bad', 'b\u200ba\u00add\ufe0f', 'invisible characters'],
    ['b\u200dad', 'bad', 'invisible characters'],
    ['bad', 'b\u0001ad', 'control characters'],
    ['bad', '\u0308bad', 'a mark upon nothing'],
    ['bad', 'so \u0308bad', 'a mark upon a space'],
    ['bad', '´bad´', 'an accent that is a space with a mark'],
    ['strasse', 'Straße', 'a capital of two letters'],
    ['straße', 'STRASSE', 'a capital of two letters'],
    ['straße', 'STRAẞE', 'a capital without a small letter'],
    ['σοφος', 'ΣΟΦΟΣ', 'the last letter of a Greek word'],
    ['istanbul', 'İSTANBUL', 'a capital of Turkish'],
    ['istanbul', 'ıstanbul', 'a small letter of Turkish'],
    ['fish', 'ﬁsh', 'a ligature'],
    ['zoë', 'ZOE\u0308', 'a mark of its own'],
    ['👍', '👍🏽', 'a skin tone'],
    ['👍🏽', '👍🏿', 'two skin tones'],
  ])('%j is found in %j: %s', (term, text) => {
    expect(matches(term, text)).toBe(true)
  })

  test('of every letter in both cases', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 2, maxLength: 20 }), (text) => {
        fc.pre(termFault(text) === null && !text.includes('*'))
        const matcher = compileWords([text])
        for (const form of [text, text.toUpperCase(), text.toLowerCase(), text.normalize('NFD')]) {
          expect(matcher.matches(`- ${form} -`)).toBe(true)
        }
      }),
    )
  })
})

test('of thousands of marks upon a letter, few are sorted', () => {
  const text = `bad ${`a${'\u0301'.repeat(998)}${'\u0323'.repeat(998)}`}`
  expect(matches('bad', text)).toBe(true)
  expect(comparable(text).length).toBeLessThan(40)
})

test('every character has one form, whatever its case', () => {
  for (let codePoint = 1; codePoint < 0x20000; codePoint++) {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue
    const character = String.fromCodePoint(codePoint)
    const form = comparable(character)
    const others = [form, character.toLowerCase(), character.toUpperCase()].map(comparable)
    if (others.some((other) => other !== form)) expect(others).toEqual([form, form, form])
  }
})
