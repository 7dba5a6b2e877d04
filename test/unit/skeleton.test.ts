import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readConfusables, written } from '../../build/confusables.ts'
import confusables from '../../src/domain/confusables.json' with { type: 'json' }
import { skeleton, skeletonsOf } from '../../src/domain/skeleton.ts'

const lookAlike = (one: string, other: string) => {
  const known = skeletonsOf(other)
  return skeletonsOf(one).some((mine) => known.includes(mine))
}

describe('names that look alike', () => {
  test.each([
    ['сосоахур', 'cocoaxyp', 'Cyrillic and Latin'],
    ['сосоахур', 'Cocoaxyp', 'in small letters'],
    ['ТОМ', 'Tom', 'in capitals'],
    ['Нова', 'HOBA', 'both'],
    ['ΤΑΝΙΑ', 'Tania', 'Greek and Latin'],
    ['ꓐꓳꓐ', 'BOB', 'Lisu and Latin'],
    ['ᎪᏞᎪ', 'ALA', 'Cherokee and Latin'],
    ['Illia', 'lllia', 'in one script'],
    ['Ian', 'lan', 'in one script'],
    ['paypaI', 'Paypal', 'a capital among small letters'],
    ['ALICE', 'aIice', 'a capital among small letters'],
    ['WiIIiam', 'William', 'a capital among small letters'],
    ['раураІ', 'PayPal', 'Cyrillic and Latin, a capital among small letters'],
    ['anna1', 'annal', 'a digit for a letter'],
    ['r0bert', 'Robert', 'a digit for a letter'],
    ['modern', 'modem', 'two letters for one'],
    ["O'Brien", 'O’Brien', 'two apostrophes'],
    ["G'ulom", 'Gʻulom', 'an apostrophe for a letter'],
    ['ジョン・スミス', 'ジョン·スミス', 'two dots'],
    ['Jean-Luc', 'Jean‐Luc', 'two hyphens'],
    ['علی\u200cرضا', 'علیرضا', 'a joiner'],
    ['ශ්\u200dරී', 'ශ්රී', 'a joiner'],
    ['محمد', 'محـمد', 'a longer line'],
    ['ian', 'i\u0307an', 'a dot over a dot'],
    ['İlker', 'ilker', 'a capital of Turkish'],
    ['ニ人', '二人', 'Katakana and Han'],
    ['𝔄da', 'Ada', 'letters of mathematics'],
    ['ǆon', 'džon', 'one letter for two'],
    ['ſam', 'fam', 'as it is shown'],
    ['ſam', 'sam', 'as it is folded'],
  ])('%s and %s: %s', (one, other) => {
    expect(lookAlike(one, other)).toBe(true)
  })

  test.each([
    ['Ada', 'Ava'],
    ['Ian', 'Lan'],
    ['Mary Ian', 'Mary Lan'],
    ['Mary-Ian', 'Mary-Lan'],
    ['user1', 'user2'],
    ['Ира', 'Ида'],
    ['عمر', 'عمرو'],
    ['မောင်', 'မောင'],
    ['Zoë', 'Zoe'],
  ])('are not %s and %s', (one, other) => {
    expect(lookAlike(one, other)).toBe(false)
  })

  test('are all whose every letter looks like the other name’s', () => {
    // In a name that is allowed, an impostor uses one script throughout.
    const impostors = Object.entries(confusables.alike).flatMap(([shown, characters]) =>
      /^[a-z]$/.test(shown) ? [...characters].map((letter) => [letter, shown] as const) : [],
    )
    expect(impostors.length).toBeGreaterThan(300)
    const letters = fc.array(fc.constantFrom(...impostors), { minLength: 3, maxLength: 20 })
    fc.assert(
      fc.property(letters, (pairs) => {
        const [false_, true_] = [0, 1].map((side) => pairs.map((pair) => pair[side]).join(''))
        expect(lookAlike(String(false_), String(true_))).toBe(true)
      }),
    )
  })
})

describe('a skeleton', () => {
  test('has a skeleton that is itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(skeleton(skeleton(text))).toBe(skeleton(text))
      }),
    )
  })

  test('is one for all forms of the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(skeleton(text.normalize('NFD'))).toBe(skeleton(text.normalize('NFC')))
      }),
    )
  })

  // A new table makes other skeletons, so the stored ones must be made again (docs/deploy.md).
  test('is made by the table of Unicode 17', () => {
    expect(confusables.source).toMatch(/^confusables\.txt of Unicode 17\.0\.0, © Unicode, Inc\./)
    const digest = createHash('sha256').update(JSON.stringify(confusables.alike)).digest('hex')
    expect(digest).toBe('b0ca58cd416ae3e8b158e766e00152f2d5f6ef6d727e5e6690af17e9951e7cb2')
  })
})

describe('the table of look-alikes', () => {
  const text = [
    '# confusables.txt\n# Version: 16.0.0\n#',
    '05AD ;\t0596 ;\tMA\t# ( ֭ → ֖ ) HEBREW ACCENT DEHI → HEBREW ACCENT TIPEHA\t# ',
    '0340 ;\t0300 ;\tMA\t# ( ̀ → ̀ ) COMBINING GRAVE TONE MARK → COMBINING GRAVE ACCENT\t# ',
    '0310 ;\t0306 0307 ;\tMA\t# ( ̐ → ̆̇ ) COMBINING CANDRABINDU → COMBINING BREVE, COMBINING DOT ABOVE\t# ',
    '0901 ;\t0306 0307 ;\tMA\t# ( ँ → ̆̇ ) DEVANAGARI SIGN CANDRABINDU → …\t# →̐→',
    '2212 ;\t002D ;\tMA\t#* ( − → - ) MINUS SIGN → HYPHEN-MINUS\t# ',
    '114C3 ;\t0323 ;\tMA\t# ( 𑓃 → ̣ ) TIRHUTA SIGN NUKTA → COMBINING DOT BELOW\t# →़→',
  ].join('\n')

  test('is read from Unicode’s file, without what no name can hold', () => {
    const { source, alike } = readConfusables(text)
    expect(source).toContain('Unicode 16.0.0')
    expect(alike).toEqual({
      '\u0596': '\u05ad',
      '\u0306\u0307': '\u0310\u0901',
      '\u0323': '\u{114c3}',
    })
  })

  test('is written so that it reads the same', () => {
    const table = readConfusables(text)
    expect(JSON.parse(written(table))).toEqual(table)
    expect(written(table)).toMatch(/^[\n -~©]+$/)
  })

  test('is no other file', () => {
    expect(() => readConfusables('0041 ; 0061')).toThrow('does not say its version')
  })
})
