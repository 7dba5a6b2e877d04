// The room's two clocks. Waits use one that never goes back: when the wall clock is set back, the
// difference is added, so that no wait becomes longer than intended. A step forward looks the same
// as time that passed without an event, so waits may end early but never late.

import type { SystemClock } from '../../system-clock.ts'

export class Clock {
  readonly #system: SystemClock
  /** How far the clock for waits is ahead of the wall clock, in milliseconds. */
  #aheadMs = 0
  #latest = 0

  constructor(system: SystemClock) {
    this.#system = system
  }

  /** Now, for waits and windows, in milliseconds. Never goes back within one start of the room. */
  now(): number {
    const now = this.#system.now() + this.#aheadMs
    if (now >= this.#latest) {
      this.#latest = now
      return now
    }
    this.#aheadMs += this.#latest - now
    return this.#latest
  }

  /** Now, as others see it: for ids, for times that people read, and for the expiry of tokens. */
  wall(): number {
    return this.#system.now()
  }

  /** Calls back once after so many milliseconds. @returns a function that cancels it */
  schedule(ms: number, callback: () => void): () => void {
    return this.#system.schedule(ms, callback)
  }

  /** The wall clock time of an instant of this clock. The platform's alarm uses the wall clock. */
  wallAt(instant: number): number {
    return instant - this.#aheadMs
  }
}

/**
 * Limits a time that an earlier start of the room wrote: a time in the future, from before the
 * clock was set back, counts as now. The result must be written back, or the next start counts from
 * its own now.
 */
export function atMostNow(time: number, now: number): number {
  return Math.min(time, now)
}

/**
 * Limits a wait that an earlier start of the room began: it ends at most `maxMs` from now. The
 * result must be written back, as with `atMostNow`.
 */
export function dueWithin(maxMs: number, due: number, now: number): number {
  return Math.min(due, now + maxMs)
}
