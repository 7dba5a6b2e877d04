// What becomes of a session when one of its refresh tokens is presented. Tokens follow each other:
// one is current, the one before it stays good until the current one is used.

import { clockToleranceMs } from './session.ts'

/** How long, in milliseconds, a token that was just exchanged gets the very same successor again. */
export const repeatMs = 30_000

/** Of a session, what is compared with a token. Times in milliseconds. */
export type Rotation = {
  /** Digest of the current token, and of the one that was exchanged for it. */
  refresh_hash: string
  previous_hash: string | null
  rotated_at: number
  expires_at: number
}

/**
 * `rotate`: a new successor takes the place of the current token. `repeat`: the current token is the
 * answer once more. `theft`: someone uses a token that was used up; the session must end.
 */
export type RefreshDecision = 'rotate' | 'repeat' | 'theft' | 'ended'

/**
 * An answer that was lost locks nobody out, and two tabs that ask at once get the same token. Later
 * than that a successor of its own is made: of two who share a stolen token one is left behind, and
 * found out by what it holds.
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
  // Earlier than clocks differ: the clock was set back, and how long ago it was nobody knows.
  return sinceMs < repeatMs && sinceMs >= -clockToleranceMs ? 'repeat' : 'rotate'
}
