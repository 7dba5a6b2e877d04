// Tokens of links to choose a new password: random, and stored only as digests.

import { base64url } from 'jose'

/** 256 bits, in base64url. */
const tokenPattern = /^[\w-]{43}$/

export type ResetToken = {
  token: string
  /** SHA-256 of the token in base64url; only this is stored. */
  hash: string
}

async function hashOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return base64url.encode(new Uint8Array(digest))
}

export async function mintResetToken(): Promise<ResetToken> {
  const token = base64url.encode(crypto.getRandomValues(new Uint8Array(32)))
  return { token, hash: await hashOf(token) }
}

/** @returns null: it is of another form, so that no look-up is needed */
export async function hashOfResetToken(token: string): Promise<string | null> {
  return tokenPattern.test(token) ? hashOf(token) : null
}
