// How long a client waits before it connects again.

import type { ClientParts } from './client-parts.ts'

const stepMs = { first: 200, max: 3_000 }
const rateLimitedMs = 61_000
const rateLimitCodes = new Set([4429, 4503])

export class BackOff {
  readonly #parts: ClientParts
  #failures = 0

  constructor(parts: ClientParts) {
    this.#parts = parts
  }

  /** The client is live. */
  reset(): void {
    this.#failures = 0
  }

  /** @param code with which the last connection was closed */
  pauseAfter(code: number): number {
    const { metrics, random } = this.#parts
    if (rateLimitCodes.has(code)) {
      metrics.count(`closed with ${code}, away for a minute`)
      return rateLimitedMs
    }
    const ms = Math.min(stepMs.max, stepMs.first * 2 ** this.#failures++)
    return ms * (0.5 + random.next() / 2)
  }
}
