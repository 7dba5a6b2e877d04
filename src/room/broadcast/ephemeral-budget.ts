// Limits how many sends to plain connections go into ephemeral events: typing, joins and leaves.
// Each plain connection costs a send for every event, and messages need the room's one core first.

import { charge } from '../../domain/sliding-window.ts'

/** Sends in any second: about a sixth of what one core can do. */
const sendsPerSecond = 5_000
/** Milliseconds. */
const second = 1_000

export class EphemeralBudget {
  readonly #times: number[] = []
  #rosterDueAt: number | null = null
  #rosterAt = Number.NEGATIVE_INFINITY

  /** Charges one event to so many connections. false: it must not be sent to them. */
  charge(connections: number, now: number): boolean {
    if (connections === 0) return true
    const max = Math.floor(sendsPerSecond / connections)
    return max > 0 && charge(this.#times, now, { max, windowMs: second }) === 0
  }

  /** When plain connections get the roster, in place of skipped joins and leaves; null: never. */
  get rosterDueAt(): number | null {
    return this.#rosterDueAt
  }

  /**
   * Asks whether so many connections may be sent the roster now in place of joins and leaves.
   * false: the roster is due later, at `rosterDueAt`.
   */
  requestRoster(connections: number, now: number): boolean {
    const gapMs = Math.max(second, (connections / sendsPerSecond) * second)
    const allowedAt = this.#rosterAt + gapMs
    if (allowedAt <= now && this.#rosterDueAt === null) this.#rosterAt = now
    else this.#rosterDueAt ??= Math.max(now, allowedAt)
    return this.#rosterDueAt === null
  }

  /** To be called when the roster that was due is sent. */
  noteRosterSent(now: number): void {
    this.#rosterDueAt = null
    this.#rosterAt = now
  }
}
