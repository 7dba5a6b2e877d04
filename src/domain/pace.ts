// How long the line rests between two broadcasts, and how long to wait after failures.

/** Measured, in milliseconds a socket: twice as long as a send goes on after the room has made it. */
const restMs = 0.06
const gapMinMs = 8
/** Of the largest room that may be configured, and a bit. */
const gapMaxMs = 2_000

/**
 * The rest after a broadcast, in milliseconds. Where everyone gets one frame the room keeps up, and a
 * longer rest would only make the next frame late. Where a send carries several, frames come faster
 * than they can be sent one by one, and what is not read in time can't join a batch. The clock can't
 * tell how busy the room is: on the platform it stands still while the room works.
 * @param together how many sockets got several frames in one send
 */
export function gapAfter(together: number): number {
  return Math.min(gapMaxMs, Math.max(gapMinMs, restMs * together))
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
/** In milliseconds. */
export const longestWaitMs = 30_000

/**
 * Exponential back-off with jitter, in milliseconds: between half and all of the step.
 * @param failures in a row, from 1
 * @param random from 0 to 1
 */
export function backOff(failures: number, random: number): number {
  const step = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10))
  return Math.round(step / 2 + (random * step) / 2)
}
