// The room's two times. Waits are measured by one that never goes back: when the wall clock is set
// back, the difference is added, so that no wait becomes longer than it was meant to be. A step
// forward cannot be told from time that passed without an event: then waits end early, never late.

export class Clock {
  readonly #wall: () => number
  readonly #onStepBack: () => void
  /** How much the time of waits is ahead of the wall clock, in milliseconds. */
  #ahead = 0
  #latest = 0

  /**
   * @param wall gives milliseconds since the epoch
   * @param onStepBack runs when the wall clock was found to have been set back
   */
  constructor(wall: () => number, onStepBack: () => void = () => {}) {
    this.#wall = wall
    this.#onStepBack = onStepBack
  }

  /** Now, for waits and windows, in milliseconds. Never less than before in this start of the room. */
  now(): number {
    const now = this.#wall() + this.#ahead
    if (now >= this.#latest) {
      this.#latest = now
      return now
    }
    this.#ahead += this.#latest - now
    this.#onStepBack()
    return this.#latest
  }

  /** Now, as others see it: for ids, for times that people read, and for the end of tokens. */
  wall(): number {
    return this.#wall()
  }

  /** What the wall clock shows at an instant of this clock: for the alarm, which goes by it. */
  wallAt(instant: number): number {
    return instant - this.#ahead
  }
}

/**
 * A time that an earlier start wrote; one from the future counts as now. It must be written back, or the
 * next start counts from its own now.
 */
export function pastTime(time: number, now: number): number {
  return Math.min(time, now)
}

/** A wait that an earlier start began; it takes no longer than `maxMs` from now. To be written back, too. */
export function dueWithin(maxMs: number, due: number, now: number): number {
  return Math.min(due, now + maxMs)
}
