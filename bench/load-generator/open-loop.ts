// Sends in an open loop: message k is due at start + k / rate, however late the server is.

import { performance } from 'node:perf_hooks'

const leadMs = 50
/** Timers are up to a millisecond late. At low rates the loop spins for the last milliseconds. */
const spinningRateMax = 50
const spinMs = 2

export class OpenLoop {
  readonly start = performance.now() + leadMs
  readonly #intervalMs: number
  readonly #spins: boolean
  readonly #send: (due: number) => void
  readonly #ended = Promise.withResolvers<number>()
  #sent = 0
  #last = Number.POSITIVE_INFINITY

  constructor(rate: number, send: (due: number) => void) {
    this.#intervalMs = 1_000 / rate
    this.#spins = rate <= spinningRateMax
    this.#send = send
    this.#sendDue()
  }

  /** Ends after so many messages, or at once if more are sent already. Gives how many were sent. */
  end(messages: number): Promise<number> {
    this.#last = messages
    if (this.#sent >= messages) this.#ended.resolve(this.#sent)
    return this.#ended.promise
  }

  #sendDue(): void {
    const dueOf = (n: number) => this.start + n * this.#intervalMs
    while (this.#sent < this.#last) {
      const due = dueOf(this.#sent)
      const waitMs = due - performance.now()
      if (waitMs > 0) {
        this.#waitFor(waitMs)
        return
      }
      this.#sent++
      this.#send(due)
    }
    this.#ended.resolve(this.#sent)
  }

  #waitFor(ms: number): void {
    const next = () => this.#sendDue()
    if (!this.#spins) setTimeout(next, ms)
    else if (ms > spinMs) setTimeout(next, ms - spinMs)
    else setImmediate(next)
  }
}
