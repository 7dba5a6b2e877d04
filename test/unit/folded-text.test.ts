import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findTerm, folded } from '../../src/domain/folded-text.ts'

const hard = [...'aiıİIΣσςßẞéﬁǆ가Åΐᾳशहिन्दीกำﾞ😀👩‍👩 \n漢㍿ﷺ\u0301\u0307\u0323\u0345']
const hardText = fc
  .array(fc.constantFrom(...hard), { maxLength: 12 })
  .map((parts) => parts.join(''))

describe('the form in which texts are searched', () => {
  test('is one for all cases and forms of every character', () => {
    const different: string[] = []
    for (let code = 1; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue
      const character = String.fromCodePoint(code)
      const form = folded(character)
      const others = [character.toUpperCase(), character.toLowerCase(), form]
      for (const kind of ['NFC', 'NFD', 'NFKC', 'NFKD']) others.push(character.normalize(kind))
      if (others.some((other) => folded(other) !== form) || form === '') different.push(character)
    }
    expect(different).toEqual([])
  })

  test('is empty for no text', () => {
    fc.assert(fc.property(hardText, (text) => (folded(text) === '') === (text === '')))
  })
})

describe('the places of a term', () => {
  test('exist exactly if the text contains it, rise, and cover it', () => {
    fc.assert(
      fc.property(hardText, hardText, hardText, (before, term, after) => {
        const text = before + term + after
        const places = findTerm(text, folded(term))
        expect(places.length > 0).toBe(term !== '' && folded(text).includes(folded(term)))
        let last = 0
        for (const { start, end } of places) {
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeGreaterThanOrEqual(last)
          const covered = [...text].slice(start, end).join('')
          expect(folded(covered)).toContain(folded(term))
          last = end
        }
        expect(last).toBeLessThanOrEqual([...text].length)
      }),
    )
  })

  test.each([
    ['İstanbul', 'istanbul', ['İstanbul']],
    ['Größe GRÖSSE', 'größe', ['Größe', 'GRÖSSE']],
    ['Vie\u0302\u0323t', 'vi\u1ec7t', ['Vie\u0302\u0323t']],
    ['हिन्दी', 'हिन्', ['हिन्']],
    ['aaaa', 'aa', ['aa', 'aa']],
  ])('in %j of %j', (text, term, parts) => {
    const characters = [...text]
    const places = findTerm(text, folded(term))
    expect(places.map(({ start, end }) => characters.slice(start, end).join(''))).toEqual(parts)
  })
})
