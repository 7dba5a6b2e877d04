// How long to wait before another attempt, so that a crowd that lost its connections does not
// reconnect at once.

const firstStepMs = 500
const longestStepMs = 30_000
/** Only slow mode asks for a longer pause. */
const longestPauseMs = 60_000

/**
 * Exponential back-off with full jitter, in milliseconds.
 * @param failures in a row, from 0
 * @param random from 0 to 1
 */
export function backOff(failures: number, random: number): number {
  return random * Math.min(longestStepMs, firstStepMs * 2 ** failures)
}

/** The pause that an answer asks for, in milliseconds: at most `longestMs`, and 0 for no number. */
export function cappedPause(askedMs: number | undefined, longestMs = longestPauseMs): number {
  return askedMs && askedMs > 0 ? Math.min(askedMs, longestMs) : 0
}
