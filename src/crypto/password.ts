// Hashes passwords with bcrypt. A password that bcrypt would truncate is refused. A failing
// comparison takes the same time whether or not the account exists, and whatever the cost of its
// hash.

import { compare, getRounds, hash, truncates } from 'bcryptjs'
import { passwordForms } from '../contract/password.ts'

// Salt and digest of random bytes that were discarded.
const dummySaltAndDigest = 'Urp9F20SC8ckdR8SM.FseOWC3mxSssIj/yKZTGUyYoCn0e4DyqNFO'

/** A well-formed hash of this cost that no password matches. */
function dummyHash(cost: number): string {
  return `$2b$${cost.toString().padStart(2, '0')}$${dummySaltAndDigest}`
}

/**
 * @param password in the form that is hashed, at most 72 bytes of UTF-8; longer ones throw
 * @param cost 10 takes about 90 ms of CPU, each step doubles it
 */
export async function hashPassword(password: string, cost: number): Promise<string> {
  if (truncates(password)) throw new RangeError('A password has at most 72 bytes.')
  return hash(password, cost)
}

/** Whether the hash has a lower cost than configured. */
function isOutdated(kept: string, cost: number): boolean {
  return getRounds(kept) < cost
}

/**
 * Returns the form of a password that matches the hash; null: it is the wrong password.
 *
 * @param typed is tried in each of its forms; their number depends on the text alone, so that
 *   the time of a failure reveals nothing about the account
 * @param kept the account's hash; null: there is no such account
 * @param cost of current hashes, so that a missing account takes as long as an existing one
 */
export async function matchingForm(
  typed: string,
  kept: string | null,
  cost: number,
): Promise<string | null> {
  const compared = kept ?? dummyHash(cost)
  const forms = passwordForms(typed)
  for (const form of forms)
    if ((await compare(form, compared)) && kept !== null && !truncates(form)) return form
  // Each step doubles the cost: the outdated hash and one dummy hash per missing step take exactly
  // as long together as one hash of the current cost.
  for (const form of forms)
    for (let step = getRounds(compared); step < cost; step++) await compare(form, dummyHash(step))
  return null
}

/**
 * Returns what to hash again after a successful login: when the hash has a lower cost than
 * configured, or was made from another form. null: the hash is current.
 */
export function formToRehash(
  matched: string,
  { kept, cost }: { kept: string; cost: number },
): string | null {
  const form = passwordForms(matched).find((form) => !truncates(form)) ?? matched
  return form !== matched || isOutdated(kept, cost) ? form : null
}
