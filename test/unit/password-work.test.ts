import { compare, getRounds } from 'bcryptjs'
import { beforeEach, expect, test, vi } from 'vitest'
import { hashPassword, matchingForm } from '../../src/crypto/password.ts'

vi.mock('bcryptjs', { spy: true })

const cost = 6
const [nfc, nfd] = ['p\u00e4ssw\u00f6rter', 'pa\u0308sswo\u0308rter']

beforeEach(() => {
  vi.mocked(compare).mockClear()
})

/**
 * The duration of a failure, in units of one hash of today's cost: each step of the cost doubles
 * it.
 */
async function workOf(typed: string, kept: string | null): Promise<number> {
  vi.mocked(compare).mockClear()
  expect(await matchingForm(typed, kept, cost)).toBeNull()
  const costs = vi.mocked(compare).mock.calls.map(([, hash]) => getRounds(hash))
  return costs.reduce((sum, each) => sum + 2 ** (each - cost), 0)
}

test.each([
  ['in ASCII', 'a wrong one', 1],
  ['that is typed in two ways', `${nfc}!`, 2],
  ['that is typed in two ways, in the other one', `${nfd}!`, 2],
  ['that is a mixture of both', `${nfc} ${nfd}`, 3],
  ['that is too long in one of its forms', '\u0958'.repeat(24), 2],
  ['that is too long', 'a'.repeat(73), 1],
])(
  'a wrong password %s takes the same work with any account and with none',
  async (_, typed, work) => {
    const hashes = [
      ...[nfc, nfd, 'another one', 'p\u00e4ssw\u00f6rter pa\u0308sswo\u0308rter.'].map((password) =>
        hashPassword(password, cost),
      ),
      ...[nfc, nfd].map((password) => hashPassword(password, cost - 2)),
    ]
    for (const kept of [null, ...(await Promise.all(hashes))])
      expect(await workOf(typed, kept)).toBe(work)
  },
)

test('a right one is looked for in the form of today first', async () => {
  const kept = await hashPassword(nfc, cost)
  expect(await matchingForm(nfd, kept, cost)).toBe(nfc)
  expect(compare).toHaveBeenCalledTimes(1)
})
