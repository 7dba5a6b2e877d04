// Defines the caller and session that an access token names, and how long it is accepted.

import type { Member } from '../contract/entities.ts'

export type Caller = {
  member: Member
  sessionId: string
  /**
   * When the token was issued, in seconds since the epoch. A Worker of the release before does not
   * send it.
   */
  issuedAt?: number
}

/** A caller, and when the presented token expires, in milliseconds since the epoch. */
export type Admitted = Caller & { expiresAt: number }

/**
 * Clocks differ, so an access token is accepted for this long after its expiry, in milliseconds.
 */
export const clockToleranceMs = 60_000

/**
 * Clocks are set back, so a token whose issue time is in the future by up to this and the tolerance
 * is accepted too, in milliseconds. Only the service itself can have issued it.
 */
export const clockSetBackMs = 3_600_000

/** For how long after its expiry an access token may be accepted, after a step back of the clock too, in milliseconds. */
export const tokenMarginMs = clockSetBackMs + 5 * 60_000

/** The result of verifying an access token. */
export type Verified =
  | (Admitted & { ok: true })
  | { ok: false; code: 'unauthenticated' | 'token_expired' }

/** How many code points of a browser's user agent are stored. */
const userAgentMax = 256

/** The user agent in a form that can be shown. @param header the `User-Agent` header */
export function shownUserAgent(header: string | undefined): string | null {
  const shown = (header ?? '').replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim()
  return shown === '' ? null : [...shown].slice(0, userAgentMax).join('')
}
