// How many sends to plain connections may go into what is not kept: typing, joins and leaves. Each of
// these connections costs a send of its own for every event, and messages need the room's core first.

import { charge } from '../../domain/sliding-window.ts'

/** Sends in any second: about a sixth of what one core can do. */
const sendsPerSecond = 5_000
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

  /** When connections that were not sent a join or leave get the whole roster; null: never. */
  get rosterDueAt(): number | null {
    return this.#rosterDueAt
  }

  /**
   * Whether so many connections may be sent the whole roster in the place of joins and leaves. It is
   * due later where they may not.
   */
  takeRoster(connections: number, now: number): boolean {
    const gapMs = Math.max(second, (connections / sendsPerSecond) * second)
    const allowedAt = this.#rosterAt + gapMs
    if (allowedAt <= now && this.#rosterDueAt === null) this.#rosterAt = now
    else this.#rosterDueAt ??= Math.max(now, allowedAt)
    return this.#rosterDueAt === null
  }

  /** The roster that was due is being sent. */
  settleRoster(now: number): void {
    this.#rosterDueAt = null
    this.#rosterAt = now
  }
}
