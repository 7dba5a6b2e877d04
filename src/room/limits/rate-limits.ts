// Limits what one user and the whole room may do, by exact sliding windows in memory. A restart fills
// the windows of messages again (restore-send-windows.ts); the other windows start empty.

import type { Refusal } from '../../contract/problems.ts'
import { reactionLimits } from '../../contract/reactions.ts'
import { limits } from '../../contract/values.ts'
import { charge, type WindowRule, waitFor } from '../../domain/sliding-window.ts'
import { atMostNow } from '../clock/clock.ts'
import { SlowMode } from './slow-mode.ts'
import { Windows } from './windows.ts'

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

/** What one user asks for that may cost a read of the archive: repeats of a `client_id`, and reports. */
const lookupRule: WindowRule = { max: 20, windowMs: 10_000 }

/** Calls of one moderator. */
const moderationRule: WindowRule = { max: 60, windowMs: 60_000 }

const searchRule: WindowRule = { max: limits.search.perMinute, windowMs: 60_000 }

/** The minimum gap between two broadcasts of typing of one user, in milliseconds. */
const typingGapMs = 2_000

export class RateLimits {
  readonly #sends: Windows
  readonly #changes: Windows
  readonly #lookups = new Windows(lookupRule)
  readonly #connects: Windows
  readonly #moderation = new Windows(moderationRule)
  readonly #searches = new Windows(searchRule)
  readonly #reactions = new Windows(reactionLimits.perPerson)
  readonly slowMode = new SlowMode()
  readonly #typing = new Map<string, number>()
  readonly #roomTimes: number[] = []
  readonly #rules: LimitRules

  constructor(rules: LimitRules) {
    this.#rules = rules
    this.#sends = new Windows(rules.sends)
    this.#changes = new Windows(rules.changes)
    this.#connects = new Windows(rules.connects)
  }

  get sendWindowMs(): number {
    return this.#rules.sends.windowMs
  }

  /** How many messages the room can have accepted within so many milliseconds. */
  sendsMax(windowMs: number): number {
    const { room } = this.#rules
    return room.max * Math.ceil(windowMs / room.windowMs)
  }

  /** Counts messages from before this start of the room, in any order. */
  restoreSends(sends: { user_id: string; at: number }[], now: number): void {
    const restored = new Set<number[]>()
    for (const { user_id, at } of sends) {
      this.slowMode.noteSend(user_id, atMostNow(at, now))
      const times = this.#sends.of(user_id)
      times.push(atMostNow(at, now))
      restored.add(times)
    }
    for (const times of restored) times.sort((a, b) => a - b)
  }

  /** Why one more message of this author is refused now; null: it is not. Charges nothing. */
  refusalOfSend(userId: string, now: number, load: Load): Refusal | null {
    return this.#refusalOfAuthor(this.#sends.of(userId), this.#rules.sends, now, load)
  }

  /** Charges one message to its author and the room. */
  chargeSend(userId: string, now: number): void {
    this.#sends.of(userId).push(now)
    this.slowMode.noteSend(userId, now)
    this.chargeRoom(now)
  }

  /** Charges its author for a message whose text was refused, because reading texts costs time. */
  chargeRefusedText(userId: string, now: number): void {
    this.#sends.of(userId).push(now)
  }

  /** Charges one call to a moderator. */
  chargeModeration(userId: string, now: number): Refusal | null {
    return this.#moderation.charge(userId, now)
  }

  /** Charges one answer that may cost a read of the archive. */
  chargeLookup(userId: string, now: number): Refusal | null {
    return this.#lookups.charge(userId, now)
  }

  chargeSearch(userId: string, now: number): Refusal | null {
    return this.#searches.charge(userId, now)
  }

  chargeReaction(userId: string, now: number): Refusal | null {
    return this.#reactions.charge(userId, now)
  }

  /** Charges one edit or deletion to its author. A refused one costs nothing. */
  chargeChange(userId: string, now: number, load: Load): Refusal | null {
    const own = this.#changes.of(userId)
    const refusal = this.#refusalOfAuthor(own, this.#rules.changes, now, load)
    if (refusal === null) own.push(now)
    return refusal
  }

  /** Takes back the charge of a change that the room was too busy for. */
  refundChange({ userId, at }: { userId: string; at: number }): void {
    const own = this.#changes.of(userId)
    const index = own.lastIndexOf(at)
    if (index >= 0) own.splice(index, 1)
  }

  /** Why the room cannot broadcast one more event now; null: it can. */
  refusalOfRoom(now: number, load: Load): Refusal | null {
    const wait = this.#waitForRoom(now, load)
    return wait > 0 ? { code: 'room_busy', retryAfterMs: wait } : null
  }

  /** Charges the room for one event that it broadcasts. */
  chargeRoom(now: number): void {
    this.#roomTimes.push(now)
  }

  #refusalOfAuthor(own: number[], rule: WindowRule, now: number, load: Load): Refusal | null {
    const wait = waitFor(own, now, rule)
    if (wait > 0) return { code: 'rate_limited', retryAfterMs: wait }
    return this.refusalOfRoom(now, load)
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
  tryConnect(userId: string, now: number): boolean {
    return charge(this.#connects.of(userId), now, this.#rules.connects) === 0
  }

  /** Whether typing of this user may be broadcast now. */
  tryTyping(userId: string, now: number): boolean {
    const last = this.#typing.get(userId)
    if (last !== undefined && now - last < typingGapMs) return false
    this.#typing.set(userId, now)
    return true
  }

  removeIdle(now: number): void {
    for (const windows of [
      this.#sends,
      this.#changes,
      this.#lookups,
      this.#connects,
      this.#moderation,
      this.#searches,
      this.#reactions,
    ])
      windows.removeIdle(now)
    this.slowMode.removeIdle(now)
    for (const [userId, last] of this.#typing)
      if (now - last >= typingGapMs) this.#typing.delete(userId)
  }
}
