// Who acts, and in which session: what an access token says.

import type { Member } from '../contract/entities.ts'

export type Caller = {
  member: Member
  sessionId: string
}

/** A caller, and until when what they showed says so, in milliseconds since the epoch. */
export type Admitted = Caller & { expiresAt: number }

/** Clocks differ: an access token is taken for so long after its end, in milliseconds. */
export const clockToleranceMs = 60_000

/**
 * Clocks are set back: a token that was made by this much later, in milliseconds, and the tolerance, is
 * taken too. Nobody else can have made it.
 */
export const clockSetBackMs = 3_600_000

/** What was found in an access token. */
export type Verified =
  | (Admitted & { ok: true })
  | { ok: false; code: 'unauthenticated' | 'token_expired' }

/** Code points that are kept of what a browser calls itself. */
const userAgentMax = 256

/** @param header as it was sent */
export function shownUserAgent(header: string | undefined): string | null {
  const shown = (header ?? '').replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim()
  return shown === '' ? null : [...shown].slice(0, userAgentMax).join('')
}
