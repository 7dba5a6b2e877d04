// Passwords as bcrypt hashes. What bcrypt would cut off is refused, and a comparison that fails takes
// its time whether or not there is an account to compare with, and however old its hash is.

import { compare, getRounds, hash, truncates } from 'bcryptjs'

// Salt and digest of random bytes that nobody kept.
const nobodys = 'Urp9F20SC8ckdR8SM.FseOWC3mxSssIj/yKZTGUyYoCn0e4DyqNFO'

/** A well-formed hash of that cost which no password has. */
function dummyHash(cost: number): string {
  return `$2b$${cost.toString().padStart(2, '0')}$${nobodys}`
}

/**
 * @param password at most 72 bytes of UTF-8; longer ones throw
 * @param cost 10 takes about 90 ms of CPU, each step doubles it
 */
export async function hashPassword(password: string, cost: number): Promise<string> {
  if (truncates(password)) throw new RangeError('A password has at most 72 bytes.')
  return hash(password, cost)
}

/** Whether the hash was made at a lower cost than today's. */
export function isOutdated(kept: string, cost: number): boolean {
  return getRounds(kept) < cost
}

/**
 * @param kept the account's hash; null: there is no such account
 * @param cost of today's hashes, so that no account takes as long as any
 */
export async function verifyPassword(
  password: string,
  kept: string | null,
  cost: number,
): Promise<boolean> {
  const compared = kept ?? dummyHash(cost)
  const matches = await compare(password, compared)
  if (matches && kept !== null && !truncates(password)) return true
  // Each step doubles the cost: what an outdated hash took, and one of each cost from there up to
  // today's, take together exactly what a hash of today takes.
  for (let step = getRounds(compared); step < cost; step++) await compare(password, dummyHash(step))
  return false
}
