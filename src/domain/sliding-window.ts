// An exact sliding window: at most `max` events in any `windowMs`.
// The window is the list of the times that still count, oldest first.

export type WindowRule = {
  max: number
  windowMs: number
}

/** Removes the times that no longer count. An event counts for exactly `windowMs`. */
function slide(times: number[], now: number, windowMs: number): void {
  let past = 0
  while (past < times.length && (times[past] as number) <= now - windowMs) past++
  if (past > 0) times.splice(0, past)
}

/** How many events still count. */
export function countIn(times: number[], now: number, windowMs: number): number {
  slide(times, now, windowMs)
  return times.length
}

/** Counts one more event if it fits. @returns 0, or the milliseconds until it fits */
export function charge(times: number[], now: number, rule: WindowRule): number {
  const wait = waitFor(times, now, rule)
  if (wait === 0) times.push(now)
  return wait
}

/** Milliseconds until one more event fits: 0 if it fits now, at most `windowMs`. Counts nothing. */
export function waitFor(times: number[], now: number, { max, windowMs }: WindowRule): number {
  slide(times, now, windowMs)
  if (times.length < max) return 0
  return Math.min(windowMs, (times[times.length - max] as number) + windowMs - now)
}
