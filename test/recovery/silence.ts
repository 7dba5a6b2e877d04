// The longest time in which no message was accepted, of twenty clients that send all the time.

import type { Metrics } from '../harness/metrics.ts'

const sampleMs = 25

export class Silence {
  readonly #metrics: Metrics
  #timer: NodeJS.Timeout | undefined
  #longestMs = 0
  #count = 0
  #since = 0

  constructor(metrics: Metrics) {
    this.#metrics = metrics
  }

  /** Call it while all clients send. */
  begin(): void {
    this.#longestMs = 0
    this.#count = this.#metrics.of('messages accepted')
    this.#since = performance.now()
    this.#timer = setInterval(() => this.#sample(), sampleMs)
  }

  /** @returns milliseconds */
  end(): number {
    clearInterval(this.#timer)
    this.#sample()
    return this.#longestMs
  }

  #sample(): void {
    const now = performance.now()
    const count = this.#metrics.of('messages accepted')
    this.#longestMs = Math.max(this.#longestMs, now - this.#since)
    if (count === this.#count) return
    this.#count = count
    this.#since = now
  }
}
