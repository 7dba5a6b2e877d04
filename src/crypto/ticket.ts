// Tickets: nothing but chance.

import { base64url } from 'jose'

/** 256 bits, in base64url. */
const spelling = /^[\w-]{43}$/

export function mintTicket(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(32)))
}

/** Whether it may be one: what cannot be needs no look-up. */
export function isTicket(text: string): boolean {
  return spelling.test(text)
}
