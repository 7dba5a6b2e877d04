// The clock of the Worker and the room under test. It shows the real time until a test stops it, sets
// it, or takes over its timers. Each test file starts with the real time.

import { type SystemClock, systemClock } from '../../src/system-clock.ts'

export type HeldTimer = { ms: number; run: () => void }

class TestClock implements SystemClock {
  #aheadMs = 0
  #stoppedAt: number | null = null
  #held: HeldTimer[] | null = null

  now(): number {
    return (this.#stoppedAt ?? systemClock.now()) + this.#aheadMs
  }

  schedule(ms: number, callback: () => void): () => void {
    const held = this.#held
    if (!held) return systemClock.schedule(ms, callback)
    const timer = {
      ms,
      run: () => {
        // A clock shows whole milliseconds.
        this.moveBy(Math.ceil(ms))
        callback()
      },
    }
    held.push(timer)
    return () => {
      const at = held.indexOf(timer)
      if (at >= 0) held.splice(at, 1)
    }
  }

  /** From now on the clock moves only when a test moves it. */
  stop(): void {
    this.#stoppedAt ??= systemClock.now()
  }

  moveBy(ms: number): void {
    this.#aheadMs += ms
  }

  /** The clock shows this much more than the real time, or than the time when it was stopped. */
  setAhead(ms: number): void {
    this.#aheadMs = ms
  }

  /** Stops the clock at this time. */
  set(now: number): void {
    this.#stoppedAt = now
    this.#aheadMs = 0
  }

  /** Stops the clock and holds new timers until the test runs them, each of which moves the clock. */
  holdTimers(): HeldTimer[] {
    this.stop()
    this.#held ??= []
    return this.#held
  }

  /** Back to the real time. Timers that are still held never run. */
  reset(): void {
    this.#aheadMs = 0
    this.#stoppedAt = null
    this.#held = null
  }
}

export const testClock = new TestClock()
