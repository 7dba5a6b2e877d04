// What a client knows of its own ban. It comes back when the ban is over, and tries before, in vain.

import { setTimeout as delay } from 'node:timers/promises'
import type { Restriction } from '../kit/protocol.ts'
import { type ClientParts, isExplained } from './client-parts.ts'

const impatienceMs = 1_500
const tickMs = 100

export class KeptOut {
  readonly #parts: ClientParts
  #ban: Restriction | null = null
  #attemptAt = 0
  #liftedAt = 0
  #wake: () => void = () => {}

  constructor(parts: ClientParts) {
    this.#parts = parts
  }

  get isActive(): boolean {
    return this.#ban !== null
  }

  /** Whether a connection that ends now may have been closed or refused for a ban. */
  get isPossible(): boolean {
    const span = { from: this.#attemptAt, to: Date.now() }
    return this.isActive || isExplained(this.#parts, 'banned', span)
  }

  /** The client connects. */
  beginAttempt(): void {
    this.#attemptAt = Date.now()
  }

  /** The client was told of its ban; null: it has none. */
  note(ban: Restriction | null): void {
    const { name, checker, metrics } = this.#parts
    // An answer that is older than the end of the ban.
    if (ban && this.#attemptAt <= this.#liftedAt) return
    this.#ban = ban
    if (!ban) return
    metrics.count('told of their ban')
    const span = { from: this.#attemptAt, to: Date.now() }
    if (!isExplained(this.#parts, 'banned', span))
      checker.report(`${name}: was told of a ban, and nobody banned it`)
  }

  /** The client is in. @param serverTime when it was admitted */
  admit(serverTime: string): void {
    const { name, account, checker, restrictions } = this.#parts
    this.#ban = null
    if (restrictions?.isCertain('ban', account.id, Date.parse(serverTime)))
      checker.report(`${name}: was admitted at ${serverTime}, under a ban`)
  }

  /** Resolves when the client may try again. */
  async pause(): Promise<void> {
    const until = this.#ban?.until ?? null
    const leftMs = until === null ? impatienceMs : Date.parse(until) - Date.now()
    const lifted = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    await Promise.race([lifted, delay(Math.min(impatienceMs, Math.max(tickMs, leftMs)))])
  }

  /** The ban is lifted. */
  end(): void {
    this.#liftedAt = Date.now()
    this.#ban = null
    this.#wake()
  }
}
