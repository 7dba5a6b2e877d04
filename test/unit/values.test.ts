import { describe, expect, test } from 'vitest'
import { canonicalUsername, Username } from '../../src/contract/values.ts'

const faultOf = (name: string) => Username.safeParse(name).error?.issues[0]?.message

describe('a username', () => {
  test.each([
    'Ada Lovelace',
    'ada_l.-7',
    'Жуковский',
    '李小龍',
    'नमस्ते',
    'Z\u0351\u0352\u0353\u0354o',
    '東京タワーのAda',
    '김Ada',
    'ᎣᏏᏲ',
    'ꓐꓳꓐ',
    '123',
  ])('may be %s', (name) => {
    expect(faultOf(name)).toBeUndefined()
  })

  test.each([
    ['...', 'Must hold a letter or a digit.'],
    ['_-_ .', 'Must hold a letter or a digit.'],
    ['Z\u0351\u0352\u0353\u0354\u0355o', 'Must have at most 4 marks on one letter.'],
    ['Ada\u200bL', /nothing invisible\.$/],
    ['Ada  L', /single spaces between words/],
  ])('may not be %j', (name, message) => {
    expect(faultOf(name)).toMatch(message)
  })

  test.each(['Adа', 'аdа', 'bօb', 'ᏴOB', 'Αda', 'かαな', 'ꓐOꓐ', 'ада Lovelace'])(
    'may not mix letters as %j does',
    (name) => {
      expect(faultOf(name)).toBe('Must not mix letters of different scripts.')
    },
  )
})

test.each([
  ['ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
  ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
  ['Straße', 'STRASSE'],
  ['Ada', 'Ａda'],
  ['ﬁnn', 'FINN'],
  ['Zoe\u0308', 'ZO\u00cb'],
])('the usernames %s and %s are one', (one, other) => {
  expect(canonicalUsername(one)).toBe(canonicalUsername(other))
})

test('the usernames Ada and Ava are two', () => {
  expect(canonicalUsername('Ada')).not.toBe(canonicalUsername('Ava'))
})
