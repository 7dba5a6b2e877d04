// How long to wait before trying again: a whole crowd that lost its line must not return at once.

const firstStepMs = 500
const longestStepMs = 30_000
/** The room asks nobody to stay away for longer. */
const longestPauseMs = 60_000

/**
 * Exponential back-off with full jitter, in milliseconds.
 * @param failures in a row, from 0
 * @param random from 0 to 1
 */
export function backOff(failures: number, random: number): number {
  return random * Math.min(longestStepMs, firstStepMs * 2 ** failures)
}

/** How long to wait because the service asks for it, in milliseconds: whatever it is that answers. */
export function pauseOf(askedMs: number | undefined): number {
  return askedMs && askedMs > 0 ? Math.min(askedMs, longestPauseMs) : 0
}
