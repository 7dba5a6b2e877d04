// One of a million: follows the contract's rule that what it hears begins where it was.

import type { Histogram } from '../generator/histogram.ts'
import type { Clock } from './clock.ts'
import type { Listener } from './relay.ts'

export class Client implements Listener {
  readonly #clock: Clock
  /** When the room took each event in, by `seq`. */
  readonly #takenAt: number[]
  readonly #latency: Histogram
  seq = 0
  holes = 0
  doubled = 0
  /** Relays lost; until it knew what the room knew then. */
  readonly #orphaned: { at: number; head: number }[] = []
  slowestReturnMs = 0

  constructor(clock: Clock, takenAt: number[], latency: Histogram) {
    this.#clock = clock
    this.#takenAt = takenAt
    this.#latency = latency
  }

  orphan(head: number): void {
    this.#orphaned.push({ at: this.#clock.now(), head })
  }

  hear(from: number, to: number): void {
    const now = this.#clock.now()
    if (from > this.seq) this.holes += from - this.seq
    if (from < this.seq) this.doubled += Math.min(to, this.seq) - from
    for (let seq = this.seq + 1; seq <= to; seq++)
      this.#latency.add(now - (this.#takenAt[seq] ?? Number.NaN))
    this.seq = Math.max(this.seq, to)
    const [lost] = this.#orphaned
    if (!lost || this.seq < lost.head) return
    this.#orphaned.shift()
    this.slowestReturnMs = Math.max(this.slowestReturnMs, now - lost.at)
  }
}
