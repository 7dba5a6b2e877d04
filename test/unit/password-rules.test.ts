import { describe, expect, test } from 'vitest'
import { loadCommonPasswords } from '../../src/crypto/common-passwords.ts'
import { passwordFault } from '../../src/domain/password.ts'

const ada = { username: 'Ada Lovelace', email: 'Countess.Ada@example.com' }
const isCommon = await loadCommonPasswords()
const fault = (password: string, owner = ada) => passwordFault(password, owner, isCommon)

const common = 'Is one of the first that anyone would try. Choose another.'
const telling = 'Must not hold the username or the email address.'

describe('a password', () => {
  test.each([
    'password',
    'Password1',
    'QWERTYUIOP',
    'iloveyou1',
    'trustno1trustno1',
    'ｐａｓｓｗｏｒｄ',
    'pass word',
    'baseball',
    '1q2w3e4r5t',
  ])('that many have is refused: %s', (password) => {
    expect(fault(password)).toBe(common)
  })

  test.each([
    '88888888',
    'aaaaaaaaaaaa',
    'abcabcabc',
    '12341234',
    'éàéàéàéà',
    '😀😀😀😀😀😀😀😀',
    '12345678901234567890',
    '0987654321',
    '98765432',
    'abcdefghijkl',
    'ZYXWVUTS',
  ])('that makes a pattern is refused: %s', (password) => {
    expect(fault(password)).toBe(common)
  })

  test.each([
    'Ada Lovelace!',
    'adalovelace1815',
    'i am ADALOVELACE',
    'countess.ada 1815',
    'COUNTESS.ADA@EXAMPLE.COM',
    'xxcountess.ada@example.comxx',
  ])('that says who it is is refused: %s', (password) => {
    expect(fault(password)).toBe(telling)
  })

  test('may hold a name or address of three characters', () => {
    const bob = { username: 'Bob', email: 'bob@b.de' }
    expect(fault('bob was here today', bob)).toBeNull()
    expect(fault('write to bob@b.de', bob)).toBe(telling)
    expect(fault('Bobo was here today', { ...bob, username: 'Bobo' })).toBe(telling)
  })

  test('compares names as people read them', () => {
    const zoe = { username: 'Zoë Über', email: 'z@example.com' }
    expect(fault('zoe\u0308u\u0308ber 99', zoe)).toBe(telling)
    expect(fault('ＺＯË ÜBER 99', zoe)).toBe(telling)
  })

  test.each(['correct horse battery staple', 'a long password', 'Tr0ub4dor&3', 'mustang lake 19'])(
    'is good otherwise: %s',
    (password) => {
      expect(fault(password)).toBeNull()
    },
  )
})
