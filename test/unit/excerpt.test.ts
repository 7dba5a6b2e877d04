import { describe, expect, test } from 'vitest'
import { limits } from '../../src/contract/values.ts'
import { excerptAround } from '../../src/domain/excerpt.ts'
import { folded } from '../../src/domain/folded-text.ts'

describe('an excerpt', () => {
  const { excerptMax } = limits.search
  const shown = (text: string, term: string) => {
    const { excerpt, matches } = excerptAround(text, folded(term))
    const characters = [...excerpt]
    expect(characters.length).toBeLessThanOrEqual(excerptMax)
    return {
      excerpt,
      parts: matches.map(({ start, end }) => characters.slice(start, end).join('')),
    }
  }

  test('of a short text is the whole text', () => {
    expect(shown('one needle, two NEEDLES', 'needle')).toEqual({
      excerpt: 'one needle, two NEEDLES',
      parts: ['needle', 'NEEDLE'],
    })
  })

  test('of a long text is around the first match, and cuts no word', () => {
    const text = `${'earlier words '.repeat(40)}a needle ${'later words '.repeat(40)}a needle`
    const { excerpt, parts } = shown(text, 'needle')
    expect(parts).toEqual(['needle'])
    expect(excerpt).toMatch(/^(earlier|words) .* a needle later .*(later|words)$/)
  })

  test('cuts a text without spaces between code points', () => {
    const { excerpt, parts } = shown(`${'😀'.repeat(500)}针针针${'😀'.repeat(500)}`, '针针针')
    expect(parts).toEqual(['针针针'])
    expect([...excerpt].every((character) => character === '😀' || character === '针')).toBe(true)
    expect([...excerpt]).toHaveLength(excerptMax)
  })

  test('at the end of a text is as long as at its beginning', () => {
    expect([...shown(`${'x'.repeat(900)}needle`, 'needle').excerpt]).toHaveLength(excerptMax)
    expect([...shown(`needle${'x'.repeat(900)}`, 'needle').excerpt]).toHaveLength(excerptMax)
  })

  test('shows a part of a match that is longer', () => {
    const { excerpt, matches } = excerptAround('ʼn'.repeat(300), folded('ŉ'.repeat(100)))
    expect(matches[0]).toEqual({ start: 0, end: [...excerpt].length })
  })
})
