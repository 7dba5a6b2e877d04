// How long the line rests between two broadcasts, and how long to wait after failures.

/** Measured CPU of one socket send, in milliseconds, whatever the send carries. */
const sendCostMs = 0.03
const gapMinMs = 8
const gapMaxMs = 1_000

/**
 * The rest after a broadcast to so many sockets, in milliseconds: twice the cost of one send to
 * each, so that broadcasting batches takes at most half of the room's time. Plain sockets get a send
 * for each frame; counting those made the line rest while the room had time to spare, as several
 * sends to one socket at once cost less than as many at different times.
 */
export function gapAfter(sockets: number): number {
  return Math.min(gapMaxMs, Math.max(gapMinMs, 2 * sendCostMs * sockets))
}

/** What many replays together may take of the room's way out: 100 KiB a millisecond. */
const replayBytesPerMs = 100 * 1024

/**
 * The rest after replays of so many bytes, in milliseconds: what is not read yet is in the room's
 * memory, and a crowd that comes back at once must not fill it.
 */
export function gapAfterReplays(bytes: number): number {
  return Math.min(gapMaxMs, bytes / replayBytesPerMs)
}

const firstWaitMs = 1_000
const longestWaitMs = 30_000

/**
 * Exponential back-off with jitter, in milliseconds: between half and all of the step.
 * @param failures in a row, from 1
 * @param random from 0 to 1
 */
export function backOff(failures: number, random: number): number {
  const step = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10))
  return Math.round(step / 2 + (random * step) / 2)
}
