import { getRounds } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { hashPassword, isOutdated, verifyPassword } from '../../src/crypto/password.ts'

const cost = 4

describe('a password', () => {
  test('is known again, and no other is', async () => {
    const kept = await hashPassword('correct horse', cost)
    expect(await verifyPassword('correct horse', kept, cost)).toBe(true)
    expect(await verifyPassword('correct horse ', kept, cost)).toBe(false)
    expect(await verifyPassword('Correct horse', kept, cost)).toBe(false)
  })

  test('is hashed at the cost that is asked for, with a salt of its own', async () => {
    const [one, two] = [await hashPassword('same', cost), await hashPassword('same', 5)]
    expect([getRounds(one), getRounds(two)]).toEqual([4, 5])
    expect(one).not.toBe(await hashPassword('same', cost))
  })

  test('of another cost than today’s is still known', async () => {
    expect(await verifyPassword('older', await hashPassword('older', 5), cost)).toBe(true)
  })

  test.each([
    ['ASCII', 'a', 72],
    ['two bytes a letter', 'é', 36],
    ['four bytes a letter', '👩', 18],
  ])('may have 72 bytes and no more: %s', async (_name, letter, longest) => {
    const password = letter.repeat(longest)
    const kept = await hashPassword(password, cost)
    expect(await verifyPassword(password, kept, cost)).toBe(true)
    expect(await verifyPassword(`${password}a`, kept, cost)).toBe(false)
    await expect(hashPassword(`${password}a`, cost)).rejects.toThrow(RangeError)
  })
})

/**
 * What each of several works takes, tried by turns so that a busy machine slows both. Noise only adds:
 * the shortest try is what the work takes.
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

/** In workerd the clock stands still until something comes in from outside. */
async function clock(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 0))
  return performance.now()
}

describe('without an account', () => {
  const slowCost = 9

  test('the answer is no, and takes as long as with one', async () => {
    const kept = await hashPassword('correct horse', slowCost)
    const [known = 0, unknown = 0] = await shortestMs(
      () => verifyPassword('a wrong one', kept, slowCost),
      () => verifyPassword('a wrong one', null, slowCost),
    )
    expect(unknown).toBeGreaterThan(known / 2)
    expect(unknown).toBeLessThan(known * 2)
    expect(await verifyPassword('a wrong one', null, slowCost)).toBe(false)
  })

  test('the answer takes as long as with a hash of a lower cost', async () => {
    const outdated = await hashPassword('correct horse', slowCost - 3)
    const [unknown = 0, old = 0] = await shortestMs(
      () => verifyPassword('a wrong one', null, slowCost),
      () => verifyPassword('a wrong one', outdated, slowCost),
    )
    expect(old).toBeGreaterThan(unknown / 2)
    expect(old).toBeLessThan(unknown * 2)
    expect(await verifyPassword('a wrong one', outdated, slowCost)).toBe(false)
    expect(await verifyPassword('correct horse', outdated, slowCost)).toBe(true)
  })

  test('a password that is too long takes as long as well', async () => {
    const [fitting = 0, tooLong = 0] = await shortestMs(
      () => verifyPassword('a'.repeat(72), null, slowCost),
      () => verifyPassword('a'.repeat(73), null, slowCost),
    )
    expect(tooLong).toBeGreaterThan(fitting / 2)
  })
})

test('a hash is outdated when its cost is lower than today’s', async () => {
  const kept = await hashPassword('any password', 5)
  expect([4, 5, 6].map((cost) => isOutdated(kept, cost))).toEqual([false, false, true])
})

test('what is not a hash matches nothing', async () => {
  expect(await verifyPassword('any password', '', cost)).toBe(false)
  expect(await verifyPassword('any password', 'not a hash', cost)).toBe(false)
})
