// How long to wait before trying again: a whole crowd that lost its line must not return at once.

const firstStepMs = 500
const longestStepMs = 30_000

/**
 * Exponential back-off with full jitter, in milliseconds.
 * @param failures in a row, from 0
 * @param random from 0 to 1
 */
export function backOff(failures: number, random: number): number {
  return random * Math.min(longestStepMs, firstStepMs * 2 ** failures)
}
