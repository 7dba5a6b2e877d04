import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileWords, termFault } from '../../src/domain/word-list.ts'

const matches = (term: string, text: string) => compileWords([term]).matches(text)

describe('a term', () => {
  test.each([
    ['bad', 'bad'],
    ['bad', 'That is BAD!'],
    ['bad', '(bad)'],
    ['bad', 'a\nbad\ttext'],
    ['bad', 'bad👍 and bad'],
    ['bad', '上海bad吧'],
    ['b4d', 'b4d'],
    ['buy now', 'Buy, NOW!'],
    ['buy now', 'buy\n\n…now'],
    ['buy-now', 'buy now'],
    ["don't", 'I don’t'],
    ['sh!t', 'sh!t'],
    ['420', '4.2.0'],
  ])('%j is found in %j', (term, text) => {
    expect(matches(term, text)).toBe(true)
  })

  test.each([
    ['bad', 'badge'],
    ['bad', 'toobad'],
    ['bad', 'bad1'],
    ['bad', 'bád'],
    ['bad', 'ba d'],
    ['bad', 'b ad'],
    ['bad', ''],
    ['buy now', 'buynow'],
    ['buy now', 'buy it now'],
    ['buy now', 'buy nowhere'],
    ['buy now', 'now buy'],
    ['sh!t', 'shut'],
  ])('%j is not found in %j', (term, text) => {
    expect(matches(term, text)).toBe(false)
  })

  test.each([
    ['bad*', 'badge', true],
    ['bad*', 'bad', true],
    ['bad*', 'toobad', false],
    ['*bad', 'toobad', true],
    ['*bad', 'badge', false],
    ['*bad*', 'toobadges', true],
    ['*bad*', 'b a d', true],
    ['＊bad＊', 'toobadges', true],
    ['*buy now*', 'rebuy nowhere', true],
    ['*buy now*', 'buynow', false],
    ['plan b*', 'plan bee', true],
    ['plan b', 'plan bee', false],
  ])('with a star at an end, %j in %j: %j', (term, text, found) => {
    expect(matches(term, text)).toBe(found)
  })
})

describe('separators between single letters do not count', () => {
  test.each([
    ...['b a d', 'b.a.d', 'b-a-d', 'b_a_d', 'b  a  d', 'b\na\nd', 'b・a・d'].map((text) => [
      'bad',
      text,
    ]),
    ['bad', 'I b a d'],
    ['bad', 'b a d u'],
    ['bad', 'so b a d!'],
    ['b a d', 'b.a.d'],
    ['buy now', 'b u y  n o w'],
    ['buy now', 'b u y now'],
    ['buy now', 'I b u y now'],
    ['buy now', 'buy n o w i'],
    ['buy it now please', 'b u y i t n o w p l e a s e'],
    ['plan b', 'p l a n b'],
  ])('%j is found in %j', (term = '', text = '') => {
    expect(matches(term, text)).toBe(true)
  })

  test.each([
    ['bad', 'b a dd'],
    ['bad', 'bb a d'],
    ['b a d', 'bad'],
    ['buy now', 'b u y nowhere'],
  ])('%j is not found in %j', (term, text) => {
    expect(matches(term, text)).toBe(false)
  })
})

describe('scripts without spaces, and pictographs', () => {
  test.each([
    ['上海', '我爱上海。'],
    ['上海', '上 海'],
    ['上海', 'in上海!'],
    ['コーヒー', 'アイスコーヒーを飲む'],
    ['ｺｰﾋｰ', 'コーヒー'],
    ['กาแฟ', 'ดื่มกาแฟร้อน'],
    ['上海 market', '上海market'],
    ['🍆', 'hello🍆🍆'],
    ['🍆🍑', '🍆 🍑'],
    ['🇩🇪', 'go 🇩🇪!'],
  ])('%j is found in %j', (term, text) => {
    expect(matches(term, text)).toBe(true)
  })

  test.each([
    ['上海', '上大海'],
    ['바보', '바보가'],
    ['🍆', '🍑'],
  ])('%j is not found in %j', (term, text) => {
    expect(matches(term, text)).toBe(false)
  })
})

describe('a list', () => {
  test('finds any of its terms', () => {
    const { matches } = compileWords(['bad', '*casino*', 'buy now'])
    const texts = ['all good', 'casinos', 'a bad day', 'buy or now', 'Buy now']
    expect(texts.map(matches)).toEqual([false, true, true, false, true])
  })

  test('without terms finds nothing', () => {
    expect(compileWords([]).matches('bad')).toBe(false)
  })

  test('leaves out terms with a fault', () => {
    const { matches } = compileWords(['*', 'b*d', 'a$$', '', 'bad'])
    expect(['a b d', 'anything', 'bad'].map(matches)).toEqual([false, false, true])
  })

  test('finds what a regular expression for each term finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 })
    const words = (maxLength: number) => fc.array(word, { minLength: 1, maxLength })
    const term = fc
      .record({ words: words(2), start: fc.boolean(), end: fc.boolean() })
      .map(({ words, start, end }) => ({
        written: `${start ? '*' : ''}${words.join(' ')}${end ? '*' : ''}`,
        pattern: words
          .map((word, index) => {
            const before = start && index === 0 ? '[ab]*' : ''
            const after = end && index === words.length - 1 ? '[ab]*' : ''
            return `(?:${before}${word}${after}|${[...word].join(' ')})`
          })
          .join(' '),
      }))

    fc.assert(
      fc.property(fc.array(term, { maxLength: 4 }), words(8), (terms, text) => {
        const expected = terms
          .filter(({ written }) => termFault(written) === null)
          .some(({ pattern }) => new RegExp(`(?<= )${pattern}(?= )`).test(` ${text.join(' ')} `))
        const matcher = compileWords(terms.map(({ written }) => written))
        expect(matcher.matches(text.join(' - '))).toBe(expected)
      }),
      { numRuns: 2_000 },
    )
  })

  test('of the largest size is searched in the longest text', () => {
    const terms = Array.from({ length: 500 }, (_, index) => `${'a'.repeat(95)}${index}*`)
    const { matches } = compileWords(terms)
    expect(matches('a'.repeat(2_000))).toBe(false)
    expect(matches('a '.repeat(1_000))).toBe(false)
    expect(matches('\ufdfa'.repeat(2_000))).toBe(false)
    expect(matches(`${'a '.repeat(1_000)} 4 9 9`)).toBe(true)
  })
})

describe('a term is refused', () => {
  const stars = 'Must have `*` only at its ends.'
  const letters = 'Must have at least two letters or digits, or a pictograph.'
  test.each([
    ['', letters],
    ['*', letters],
    ['**', letters],
    ['$$$', letters],
    ['\u200b\ufe0f', letters],
    ['🏽', letters],
    ['a', letters],
    ['a$$', letters],
    ['c++', letters],
    ['*x*', letters],
    ['b*d', stars],
    ['**bad', stars],
    ['* * *', stars],
    ['b＊d', stars],
    ['\ufdfa'.repeat(100), 'Must be shorter: its ligatures stand for many letters.'],
  ])('%j: %s', (term, fault) => {
    expect(termFault(term)).toBe(fault)
  })

  test.each(['bad', '*bad*', 'a b', 'ß', '42', '上', '👍', 'x'.repeat(100), 'ß'.repeat(100)])(
    'but not %j',
    (term) => {
      expect(termFault(term)).toBeNull()
    },
  )
})
