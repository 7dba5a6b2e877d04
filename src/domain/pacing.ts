// Decides the minimum gap between two broadcasts, and the wait after failures.

/** Milliseconds per connection. Measured: a send goes on for half of this after its call returns. */
const gapPerConnectionMs = 0.06
const gapMinMs = 8
/** A little more than the gap of the largest room that may be configured. */
const gapMaxMs = 2_000

/**
 * The minimum gap after a broadcast, in milliseconds. If every connection gets one frame, the room
 * keeps up, and a longer gap would only delay the next frame. If a send carries several frames,
 * frames come in faster than they can be sent one by one, and a frame that the room does not read
 * in time cannot join a batch. The clock cannot show how busy the room is: on the platform it
 * stands still while the room works.
 * @param batchedConnections how many connections got several frames in one send
 */
export function gapAfter(batchedConnections: number): number {
  return Math.min(gapMaxMs, Math.max(gapMinMs, gapPerConnectionMs * batchedConnections))
}

/** How much the room sends of many replays together: 100 KiB a millisecond. */
const replayBytesPerMs = 100 * 1024

/**
 * The minimum gap after replays of this many bytes, in milliseconds. Bytes that clients have not
 * read yet are in the room's memory, and a crowd that reconnects at once must not fill it.
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
