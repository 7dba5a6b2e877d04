// How much one user, one socket and the whole room may ask. Exact sliding windows in memory; the
// send windows are rebuilt from the log, so that a restart gives nobody a fresh allowance.

import type { Refusal } from '../../contract/problems.ts'
import { idTime } from '../../domain/ids.ts'
import { charge, type WindowRule, waitFor } from '../../domain/sliding-window.ts'
import { pastTime } from '../clock/clock.ts'

export type LimitRules = {
  sends: WindowRule
  changes: WindowRule
  connects: WindowRule
  /** Messages and changes of everyone, and how many sends to plain connections they may cost. */
  room: WindowRule & { sends: number }
}

/** What one more message or change costs the room, and what its author adds to that. */
export type Load = {
  /** Each gets it in a send of its own. */
  plainConnections: number
  /** To plain connections, of what was taken before. */
  pendingSends: number
  /** The author has such connections, too. */
  isAuthorPlain: boolean
}

/** Of the room's sends; the rest is for those who do not make messages dear for everyone. */
const plainShare = 0.75
/** How long to wait while a second of sends is pending, in milliseconds. */
const catchUpMs = 300

/** Repeats of a `client_id` that one user is answered: each may cost a look into the archive. */
const repeats: WindowRule = { max: 20, windowMs: 10_000 }

/** One broadcast of typing per user in so many milliseconds. */
const typingEveryMs = 2_000

class Windows {
  readonly rule: WindowRule
  readonly #times = new Map<string, number[]>()

  constructor(rule: WindowRule) {
    this.rule = rule
  }

  of(key: string): number[] {
    const known = this.#times.get(key)
    if (known) return known
    const times: number[] = []
    this.#times.set(key, times)
    return times
  }

  forgetIdle(now: number): void {
    for (const [key, times] of this.#times)
      if ((times.at(-1) ?? 0) <= now - this.rule.windowMs) this.#times.delete(key)
  }
}

export class RateLimits {
  readonly #sends: Windows
  readonly #changes: Windows
  readonly #repeats = new Windows(repeats)
  readonly #connects: Windows
  readonly #typing = new Map<string, number>()
  readonly #room: number[] = []
  readonly #rules: LimitRules

  constructor(rules: LimitRules) {
    this.#rules = rules
    this.#sends = new Windows(rules.sends)
    this.#changes = new Windows(rules.changes)
    this.#connects = new Windows(rules.connects)
  }

  /** How many sends the room can have taken within one window of a user. */
  get sendsMax(): number {
    const { sends, room } = this.#rules
    return room.max * Math.ceil(sends.windowMs / room.windowMs)
  }

  /** Counts sends of before this start, in any order. */
  recall(sends: { user_id: string; at: number }[], now: number): void {
    for (const { user_id, at } of sends) {
      const times = this.#sends.of(user_id)
      times.push(pastTime(at, now))
      times.sort((a, b) => a - b)
    }
  }

  /** Charges one message; a refused one costs nothing. */
  send(userId: string, now: number, load: Load): Refusal | null {
    const refusal = this.#chargeAuthor(this.#sends.of(userId), this.#rules.sends, now, load)
    if (refusal === null) this.#room.push(now)
    return refusal
  }

  /** Charges one answer to a `client_id` that made its message before. */
  repeat(userId: string, now: number): Refusal | null {
    const wait = charge(this.#repeats.of(userId), now, repeats)
    return wait > 0 ? { code: 'rate_limited', retryAfterMs: wait } : null
  }

  /** Charges one edit or deletion to its author; a refused one costs nothing. */
  change(userId: string, now: number, load: Load): Refusal | null {
    return this.#chargeAuthor(this.#changes.of(userId), this.#rules.changes, now, load)
  }

  /**
   * Charges the room for a change that everyone will be told of, and for no other: else changes that
   * are refused would keep everyone's messages out. A room that is busy by now charges nobody.
   */
  tellOfChange(userId: string, now: number, load: Load): Refusal | null {
    const wait = this.#waitForRoom(now, load)
    if (wait > 0) {
      this.#changes.of(userId).pop()
      return { code: 'room_busy', retryAfterMs: wait }
    }
    this.#room.push(now)
    return null
  }

  /** Charges an author for what the room has room for. */
  #chargeAuthor(own: number[], rule: WindowRule, now: number, load: Load): Refusal | null {
    const wait = waitFor(own, now, rule)
    if (wait > 0) return { code: 'rate_limited', retryAfterMs: wait }
    const busy = this.#waitForRoom(now, load)
    if (busy > 0) return { code: 'room_busy', retryAfterMs: busy }
    own.push(now)
    return null
  }

  /** In milliseconds; 0: what everyone is told fits now. */
  #waitForRoom(now: number, { plainConnections, pendingSends, isAuthorPlain }: Load): number {
    const { max, windowMs } = this.#rules.room
    const sends = this.#rules.room.sends * (isAuthorPlain ? plainShare : 1)
    if (pendingSends > sends) return catchUpMs
    const affordable = Math.max(1, Math.floor(sends / Math.max(1, plainConnections)))
    return waitFor(this.#room, now, { max: Math.min(max, affordable), windowMs })
  }

  /** Charges one connect. false: too many. */
  connect(userId: string, now: number): boolean {
    return charge(this.#connects.of(userId), now, this.#rules.connects) === 0
  }

  /** Whether others are to hear that this user is typing. */
  typing(userId: string, now: number): boolean {
    const last = this.#typing.get(userId)
    if (last !== undefined && now - last < typingEveryMs) return false
    this.#typing.set(userId, now)
    return true
  }

  forgetIdle(now: number): void {
    for (const windows of [this.#sends, this.#changes, this.#repeats, this.#connects])
      windows.forgetIdle(now)
    for (const [userId, last] of this.#typing)
      if (now - last >= typingEveryMs) this.#typing.delete(userId)
  }
}

/** Sends of the log as the limiter counts them. @param aheadMs how far their ids are ahead of the clock */
export function sendTimes(sends: { user_id: string; id: string }[], aheadMs: number) {
  return sends.map(({ user_id, id }) => ({ user_id, at: idTime(id) - aheadMs }))
}
