import { describe, expect, test } from 'vitest'
import {
  countText,
  isSameList,
  linesOf,
  rangeOfLine,
  termFaults,
  termsOf,
  textOf,
  withEdits,
} from '../../src/web/moderation/word-terms.ts'

const typed = 'spam\n\n  *casino*  \n a*b'

describe('the text of the word list', () => {
  test('has one term a line, and empty lines have none', () => {
    expect(termsOf(typed)).toEqual(['spam', '*casino*', 'a*b'])
    expect(textOf(termsOf(typed))).toBe('spam\n*casino*\na*b')
    expect([termsOf(''), termsOf(' \n')]).toEqual([[], []])
  })

  test('is the same list only in the same order', () => {
    expect(isSameList(['a', 'b'], ['a', 'b'])).toBe(true)
    expect(isSameList(['a', 'b'], ['b', 'a'])).toBe(false)
    expect(isSameList(['a'], ['a', 'b'])).toBe(false)
  })

  test('is counted', () => {
    expect(countText(12, 500)).toBe('12 of 500 terms')
    expect(countText(512, 500)).toBe('512 terms: 12 too many')
  })
})

describe('a refused term', () => {
  test('is named by its line', () => {
    const errors = { 'terms.2': 'Must have `*` only at its ends.', other: 'Not about a term.' }
    expect(termFaults(errors, linesOf(typed))).toEqual([
      { term: 'a*b', number: 4, fault: 'Must have `*` only at its ends.' },
    ])
  })

  test('is found in the text', () => {
    const [start, end] = rangeOfLine(typed, 4)
    expect(typed.slice(start, end)).toBe(' a*b')
    expect(rangeOfLine(typed, 2)).toEqual([5, 5])
  })
})

describe('a newer list', () => {
  const before = ['one', 'two', 'three']

  test('takes over what was added and removed here', () => {
    const edited = ['one', 'three', 'mine']
    const newer = ['zero', 'one', 'two', 'three']
    expect(withEdits(newer, { before, edited })).toEqual(['zero', 'one', 'three', 'mine'])
  })

  test('has nothing twice, and nothing back that both have removed', () => {
    const edited = ['one', 'three', 'both']
    const newer = ['one', 'both']
    expect(withEdits(newer, { before, edited })).toEqual(['one', 'both'])
  })

  test('is taken as it is where nothing was typed', () => {
    expect(withEdits(['new'], { before, edited: before })).toEqual(['new'])
  })
})
