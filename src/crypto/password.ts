// Passwords as bcrypt hashes. What bcrypt would cut off is refused, and a comparison that fails takes
// its time whether or not there is an account to compare with, and however old its hash is.

import { compare, getRounds, hash, truncates } from 'bcryptjs'
import { passwordForms } from '../contract/password.ts'

// Salt and digest of random bytes that nobody kept.
const nobodys = 'Urp9F20SC8ckdR8SM.FseOWC3mxSssIj/yKZTGUyYoCn0e4DyqNFO'

/** A well-formed hash of that cost which no password has. */
function dummyHash(cost: number): string {
  return `$2b$${cost.toString().padStart(2, '0')}$${nobodys}`
}

/**
 * @param password in the form that is hashed, at most 72 bytes of UTF-8; longer ones throw
 * @param cost 10 takes about 90 ms of CPU, each step doubles it
 */
export async function hashPassword(password: string, cost: number): Promise<string> {
  if (truncates(password)) throw new RangeError('A password has at most 72 bytes.')
  return hash(password, cost)
}

/** Whether the hash was made at a lower cost than today's. */
function isOutdated(kept: string, cost: number): boolean {
  return getRounds(kept) < cost
}

/**
 * The form of a password that its hash was made of; null: it is another password.
 *
 * @param typed tried in each of its forms; how many there are is a matter of the text alone, so that
 *   the time a failure takes says nothing of the account
 * @param kept the account's hash; null: there is no such account
 * @param cost of today's hashes, so that no account takes as long as any
 */
export async function matchPassword(
  typed: string,
  kept: string | null,
  cost: number,
): Promise<string | null> {
  const compared = kept ?? dummyHash(cost)
  const forms = passwordForms(typed)
  for (const form of forms)
    if ((await compare(form, compared)) && kept !== null && !truncates(form)) return form
  // Each step doubles the cost: what an outdated hash took, and one of each cost from there up to
  // today's, take together exactly what a hash of today takes.
  for (const form of forms)
    for (let step = getRounds(compared); step < cost; step++) await compare(form, dummyHash(step))
  return null
}

/**
 * What to hash instead, now that the password is known: where its hash is of a lower cost than today's,
 * or of another form. null: the hash is as it should be.
 */
export function renewedForm(
  matched: string,
  { kept, cost }: { kept: string; cost: number },
): string | null {
  const form = passwordForms(matched).find((form) => !truncates(form)) ?? matched
  return form !== matched || isOutdated(kept, cost) ? form : null
}
