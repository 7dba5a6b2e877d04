// Decides what happens to a session when one of its refresh tokens is presented. Tokens replace
// each other: one is current, and the previous one is valid until the current one is used.

import { clockToleranceMs } from './session.ts'

/** How long, in milliseconds, a token that was just exchanged gets the same replacement again. */
export const repeatMs = 30_000

/** The part of a session that is compared with a token. Times are in milliseconds. */
export type Rotation = {
  /** The digests of the current token, and of the one that was exchanged for it. */
  refresh_hash: string
  previous_hash: string | null
  rotated_at: number
  expires_at: number
}

/**
 * `rotate`: a new token replaces the current one. `repeat`: the current token is returned again.
 * `theft`: the token was used up, so someone has stolen it, and the session must end. `ended`:
 * there is no session.
 */
export type RefreshDecision = 'rotate' | 'repeat' | 'theft' | 'ended'

/**
 * A lost answer locks nobody out, and two tabs that refresh at once get the same token. Later than
 * `repeatMs` the previous token gets a new replacement of its own: if a user and a thief share a
 * token, one of them is left with an outdated one, and its use reveals the theft.
 *
 * @param presented digest of an authentic token of this session
 */
export function decideRefresh(
  kept: Rotation | undefined,
  presented: string,
  now: number,
): RefreshDecision {
  if (!kept || kept.expires_at <= now) return 'ended'
  if (presented === kept.refresh_hash) return 'rotate'
  if (presented !== kept.previous_hash) return 'theft'
  const sinceMs = now - kept.rotated_at
  // Clocks differ by less: the clock was set back, so the age of the rotation is unknown.
  return sinceMs < repeatMs && sinceMs >= -clockToleranceMs ? 'repeat' : 'rotate'
}
