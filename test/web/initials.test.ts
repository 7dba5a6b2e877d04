import { describe, expect, test } from 'vitest'
import { browserName } from '../../src/web/account/browser-name.ts'
import { hueOf, initialsOf } from '../../src/web/elements/initials.ts'

describe('initials', () => {
  test.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['mx_underscore', 'MU'],
    ['Jean-Luc Le Grand', 'JG'],
    ['3 Musketeers', '3M'],
    ['Ólafur Þór', 'ÓÞ'],
    ['_ . -', '?'],
    ['--x--', 'X'],
    ["'t Hooft", 'TH'],
    ["O'Brien", 'O'],
  ])('of %s are %s', (username, initials) => {
    expect(initialsOf(username)).toBe(initials)
  })

  test('are one letter in scripts whose letters join or are syllables', () => {
    expect(initialsOf('佐藤 花子')).toBe('佐')
    expect(initialsOf('دانا الخطيب')).toBe('د')
  })

  test('are none for an account that was deleted', () => {
    expect(initialsOf('(deleted account)')).toBe('')
  })

  test('include the marks of a letter', () => {
    expect(initialsOf('e\u0301lan vital')).toBe('E\u0301V')
  })
})

describe('the colour of a user', () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => `019a9d5e-2c1b-7a40-8f00-${1e11 + i * 7919}`)

  test('is always the same, and within the colour wheel', () => {
    for (const id of ids) {
      expect(hueOf(id)).toBe(hueOf(id))
      expect(hueOf(id)).toBeGreaterThanOrEqual(0)
      expect(hueOf(id)).toBeLessThan(360)
    }
  })

  test('differs between users', () => {
    expect(new Set(ids.map(hueOf)).size).toBeGreaterThan(250)
  })
})

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari on iOS',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    'Edge on Windows',
  ],
  ['curl/8.5.0', 'curl'],
  ['', 'Unknown browser'],
  [null, 'Unknown browser'],
])('a session is named by its browser: %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name)
})
