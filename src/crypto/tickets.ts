// Creates tickets from random bytes.

import { base64url } from 'jose'

/** 256 bits, in base64url. */
const ticketPattern = /^[\w-]{43}$/

export function mintTicket(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(32)))
}

/** A text of another form needs no look-up. */
export function isTicket(text: string): boolean {
  return ticketPattern.test(text)
}
