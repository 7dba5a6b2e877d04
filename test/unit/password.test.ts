import { getRounds } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { formToRehash, hashPassword, matchingForm } from '../../src/crypto/password.ts'

const cost = 4

describe('a password', () => {
  test('is known again, and no other is', async () => {
    const kept = await hashPassword('correct horse', cost)
    expect(await matchingForm('correct horse', kept, cost)).not.toBeNull()
    expect(await matchingForm('correct horse ', kept, cost)).toBeNull()
    expect(await matchingForm('Correct horse', kept, cost)).toBeNull()
  })

  test('is hashed at the cost that is asked for, with a salt of its own', async () => {
    const [one, two] = [await hashPassword('same', cost), await hashPassword('same', 5)]
    expect([getRounds(one), getRounds(two)]).toEqual([4, 5])
    expect(one).not.toBe(await hashPassword('same', cost))
  })

  test('of another cost than today’s is still known', async () => {
    expect(await matchingForm('older', await hashPassword('older', 5), cost)).not.toBeNull()
    expect(await matchingForm('older', await hashPassword('older', cost), 5)).not.toBeNull()
  })

  test.each([
    ['ASCII', 'a', 72],
    ['two bytes a letter', 'é', 36],
    ['four bytes a letter', '👩', 18],
  ])('may have 72 bytes and no more: %s', async (_name, letter, longest) => {
    const password = letter.repeat(longest)
    const kept = await hashPassword(password, cost)
    expect(await matchingForm(password, kept, cost)).not.toBeNull()
    expect(await matchingForm(`${password}a`, kept, cost)).toBeNull()
    await expect(hashPassword(`${password}a`, cost)).rejects.toThrow(RangeError)
  })
})

/**
 * Measures several functions in turn, so that a busy machine slows all of them. Noise only adds
 * time, so the shortest try is the real duration.
 */
async function shortestMs(...works: (() => Promise<unknown>)[]): Promise<number[]> {
  const shortest = works.map(() => Number.POSITIVE_INFINITY)
  for (let tries = 0; tries < 5; tries++) {
    for (const [index, work] of works.entries()) {
      const start = await clock()
      await work()
      shortest[index] = Math.min(shortest[index] ?? 0, (await clock()) - start)
    }
  }
  return shortest
}

/** In workerd the clock stands still until there is I/O. */
async function clock(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 0))
  return performance.now()
}

describe('a password with letters that are typed in two ways', () => {
  const [nfc, nfd] = ['p\u00e4ssw\u00f6rter', 'pa\u0308sswo\u0308rter']

  test('is known in each of them, and says in which it was hashed', async () => {
    for (const hashed of [nfc, nfd]) {
      const kept = await hashPassword(hashed, cost)
      expect(await matchingForm(nfc, kept, cost)).toBe(hashed)
      expect(await matchingForm(nfd, kept, cost)).toBe(hashed)
      expect(await matchingForm('passworter', kept, cost)).toBeNull()
    }
  })

  test('is known as it was typed when it is in neither', async () => {
    const older = `${nfc}\u00a0${nfd}`
    const kept = await hashPassword(older, cost)
    expect(await matchingForm(older, kept, cost)).toBe(older)
    expect(await matchingForm(`${nfc} ${nfc}`, kept, cost)).toBeNull()
  })

  test('is hashed anew in the form of today', async () => {
    const kept = await hashPassword(nfd, cost)
    expect(formToRehash(nfd, { kept, cost })).toBe(nfc)
    expect(formToRehash(nfc, { kept, cost })).toBeNull()
    expect(formToRehash(nfc, { kept, cost: cost + 1 })).toBe(nfc)
  })

  test('whose current form is too long keeps the form of its hash', async () => {
    const older = '\u0958'.repeat(24)
    const kept = await hashPassword(older, cost)
    expect(await matchingForm(older, kept, cost)).toBe(older)
    expect(formToRehash(older, { kept, cost })).toBeNull()
    expect(formToRehash(older, { kept, cost: cost + 1 })).toBe(older)
  })
})

describe('without an account', () => {
  const slowCost = 9

  test('the answer is no, and takes as long as with one', async () => {
    const kept = await hashPassword('correct horse', slowCost)
    const [known = 0, unknown = 0] = await shortestMs(
      () => matchingForm('a wrong one', kept, slowCost),
      () => matchingForm('a wrong one', null, slowCost),
    )
    expect(unknown).toBeGreaterThan(known / 2)
    expect(unknown).toBeLessThan(known * 2)
    expect(await matchingForm('a wrong one', null, slowCost)).toBeNull()
  })
})

test('a hash is outdated when its cost is lower than today’s', async () => {
  const kept = await hashPassword('any password', 5)
  const renewed = [4, 5, 6].map((cost) => formToRehash('any password', { kept, cost }))
  expect(renewed).toEqual([null, null, 'any password'])
})

test('a text that is not a hash matches nothing', async () => {
  expect(await matchingForm('any password', '', cost)).toBeNull()
  expect(await matchingForm('any password', 'not a hash', cost)).toBeNull()
})
