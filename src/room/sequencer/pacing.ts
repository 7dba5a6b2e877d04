// Keeps the minimum gap between two broadcasts, and wakes the room at its end.

import { gapAfter, gapAfterReplays } from '../../domain/pacing.ts'
import type { Clock } from '../clock/clock.ts'

/** The cost of one step of a broadcast. */
export type StepCost = {
  /** Connections that got several frames in one send, or were admitted. */
  batchedConnections: number
  /** Bytes of welcomes, replays included. */
  replayBytes: number
}

export class Pacing {
  readonly #clock: Clock
  readonly #onWake: () => void
  #gapEndsAt = 0
  #cancelTimer: (() => void) | null = null
  #timerAt = 0

  /** @param onWake runs at the end of a gap that something waits for */
  constructor(clock: Clock, onWake: () => void) {
    this.#clock = clock
    this.#onWake = onWake
  }

  get isInGap(): boolean {
    return this.#clock.now() < this.#gapEndsAt
  }

  startGap({ batchedConnections, replayBytes }: StepCost): void {
    const gapMs = Math.max(gapAfter(batchedConnections), gapAfterReplays(replayBytes))
    this.#gapEndsAt = this.#clock.now() + gapMs
  }

  wakeAfterGap(): void {
    this.wakeAt(this.#gapEndsAt)
  }

  /** An earlier time replaces a later one. */
  wakeAt(at: number): void {
    if (this.#cancelTimer !== null && this.#timerAt <= at) return
    this.cancelWake()
    this.#timerAt = at
    this.#cancelTimer = this.#clock.schedule(Math.max(0, at - this.#clock.now()), () => {
      this.#cancelTimer = null
      this.#onWake()
    })
  }

  cancelWake(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }
}
