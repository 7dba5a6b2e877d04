// Limits what one user and the whole room may do, by exact sliding windows in memory. The windows
// of messages are rebuilt from the log at each start, so that a restart resets no user's limit.

import type { Refusal } from '../../contract/problems.ts'
import { idTime } from '../../domain/ids.ts'
import { charge, type WindowRule, waitFor } from '../../domain/sliding-window.ts'
import { atMostNow } from '../clock/clock.ts'

export type LimitRules = {
  sends: WindowRule
  changes: WindowRule
  connects: WindowRule
  /** Messages and changes of all users, and how many sends to plain connections they may cost. */
  room: WindowRule & { sends: number }
}

/** The cost of one more message or change for the room, and whether its author adds to it. */
export type Load = {
  /** Each of them costs one send. */
  plainConnections: number
  /** Sends to plain connections that earlier events still need. */
  pendingSends: number
  /** The author has at least one plain connection. */
  isAuthorPlain: boolean
}

/**
 * The share of the room's sends that is open to authors with plain connections. The rest is kept
 * for authors who do not make each message more expensive.
 */
const plainAuthorShare = 0.75
/** The retry time while a second of sends is pending, in milliseconds. */
const pendingRetryMs = 300

/** Repeats of a `client_id` that one user gets answered: each may cost a read of the archive. */
const repeatRule: WindowRule = { max: 20, windowMs: 10_000 }

/** The minimum gap between two broadcasts of typing of one user, in milliseconds. */
const typingGapMs = 2_000

/** The windows of all users for one rule. */
class Windows {
  readonly rule: WindowRule
  readonly #times = new Map<string, number[]>()

  constructor(rule: WindowRule) {
    this.rule = rule
  }

  of(userId: string): number[] {
    const existing = this.#times.get(userId)
    if (existing) return existing
    const times: number[] = []
    this.#times.set(userId, times)
    return times
  }

  forgetIdle(now: number): void {
    for (const [userId, times] of this.#times)
      if ((times.at(-1) ?? 0) <= now - this.rule.windowMs) this.#times.delete(userId)
  }
}

export class RateLimits {
  readonly #sends: Windows
  readonly #changes: Windows
  readonly #repeats = new Windows(repeatRule)
  readonly #connects: Windows
  readonly #typing = new Map<string, number>()
  readonly #roomTimes: number[] = []
  readonly #rules: LimitRules

  constructor(rules: LimitRules) {
    this.#rules = rules
    this.#sends = new Windows(rules.sends)
    this.#changes = new Windows(rules.changes)
    this.#connects = new Windows(rules.connects)
  }

  /** How many messages the room can have accepted within one window of a user. */
  get sendsMax(): number {
    const { sends, room } = this.#rules
    return room.max * Math.ceil(sends.windowMs / room.windowMs)
  }

  /** Counts messages from before this start of the room, in any order. */
  restoreSends(sends: { user_id: string; at: number }[], now: number): void {
    for (const { user_id, at } of sends) {
      const times = this.#sends.of(user_id)
      times.push(atMostNow(at, now))
      times.sort((a, b) => a - b)
    }
  }

  /** Charges one message to its author and the room. A refused one costs nothing. */
  send(userId: string, now: number, load: Load): Refusal | null {
    const refusal = this.#chargeAuthor(this.#sends.of(userId), this.#rules.sends, now, load)
    if (refusal === null) this.#roomTimes.push(now)
    return refusal
  }

  /** Charges one answer to a repeated `client_id`. */
  repeat(userId: string, now: number): Refusal | null {
    const wait = charge(this.#repeats.of(userId), now, repeatRule)
    return wait > 0 ? { code: 'rate_limited', retryAfterMs: wait } : null
  }

  /** Charges one edit or deletion to its author. A refused one costs nothing. */
  change(userId: string, now: number, load: Load): Refusal | null {
    return this.#chargeAuthor(this.#changes.of(userId), this.#rules.changes, now, load)
  }

  /**
   * Charges the room for a change that will be broadcast, and for no other: otherwise refused
   * changes would use up the room's limit for messages. If the room is busy now, nobody is charged.
   */
  chargeRoomForChange(userId: string, now: number, load: Load): Refusal | null {
    const wait = this.#waitForRoom(now, load)
    if (wait > 0) {
      this.#changes.of(userId).pop()
      return { code: 'room_busy', retryAfterMs: wait }
    }
    this.#roomTimes.push(now)
    return null
  }

  /** Charges an author, unless the room is busy. */
  #chargeAuthor(own: number[], rule: WindowRule, now: number, load: Load): Refusal | null {
    const wait = waitFor(own, now, rule)
    if (wait > 0) return { code: 'rate_limited', retryAfterMs: wait }
    const busy = this.#waitForRoom(now, load)
    if (busy > 0) return { code: 'room_busy', retryAfterMs: busy }
    own.push(now)
    return null
  }

  /** Milliseconds until the room can broadcast one more event; 0: now. */
  #waitForRoom(now: number, { plainConnections, pendingSends, isAuthorPlain }: Load): number {
    const { max, windowMs } = this.#rules.room
    const sends = this.#rules.room.sends * (isAuthorPlain ? plainAuthorShare : 1)
    if (pendingSends > sends) return pendingRetryMs
    const affordable = Math.max(1, Math.floor(sends / Math.max(1, plainConnections)))
    return waitFor(this.#roomTimes, now, { max: Math.min(max, affordable), windowMs })
  }

  /** Charges one connect. false: the user connects too often. */
  connect(userId: string, now: number): boolean {
    return charge(this.#connects.of(userId), now, this.#rules.connects) === 0
  }

  /** Whether typing of this user may be broadcast now. */
  typing(userId: string, now: number): boolean {
    const last = this.#typing.get(userId)
    if (last !== undefined && now - last < typingGapMs) return false
    this.#typing.set(userId, now)
    return true
  }

  forgetIdle(now: number): void {
    for (const windows of [this.#sends, this.#changes, this.#repeats, this.#connects])
      windows.forgetIdle(now)
    for (const [userId, last] of this.#typing)
      if (now - last >= typingGapMs) this.#typing.delete(userId)
  }
}

/**
 * Turns messages of the log into send times.
 * @param aheadMs how far the times in their ids are ahead of the clock
 */
export function sendTimes(sends: { user_id: string; id: string }[], aheadMs: number) {
  return sends.map(({ user_id, id }) => ({ user_id, at: idTime(id) - aheadMs }))
}
