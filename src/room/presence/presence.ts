// Tracks the users in the room, from the first connection until a while after the end of the last
// one. The table outlives a restart, so that no restart makes users leave. Users who join together
// are written together, before the broadcast of their joins.

import type { Member } from '../../contract/entities.ts'
import type { RoomFrame } from '../../contract/frames.ts'
import { limits } from '../../contract/values.ts'
import { CachedJson } from '../cached-json.ts'
import type { Alarm } from '../clock/alarm.ts'
import { LastSeen } from '../outbox/last-seen.ts'
import type { TaggedJson } from '../rpc.ts'
import { type Leaving, OnlineTable, type OnlineUser } from './online-table.ts'

/** How long a user without a connection is still listed, in milliseconds. */
export const leaveGraceMs = { afterClose: 5_000, afterRestart: 30_000 } as const

type Entry = Omit<OnlineUser, 'leaving'>

export class Presence {
  readonly #table: OnlineTable
  readonly #alarm: Pick<Alarm, 'set'>
  readonly #lastSeen: LastSeen
  /** In join order. */
  readonly #online = new Map<string, Entry>()
  readonly #leaving = new Map<string, Leaving>()
  /** The users who joined, or came back, since the last `save`. */
  readonly #unsaved = new Set<Entry>()
  /** No user leaves before this time; null: no user is leaving. */
  #nextExpiry: number | null = null
  #lastArrival = 0
  /** Rises with every join and leave. */
  #version = 0
  readonly #cachedJson = new CachedJson()

  constructor(sql: SqlStorage, alarm: Pick<Alarm, 'set'>, now: number) {
    this.#table = new OnlineTable(sql)
    this.#alarm = alarm
    this.#lastSeen = new LastSeen(sql)
    this.#table.correctTimes(now, leaveGraceMs.afterRestart)
    for (const { member, arrival, leaving } of this.#table.read()) {
      this.#online.set(member.id, { member, arrival })
      if (leaving) this.#leaving.set(member.id, leaving)
      this.#lastArrival = arrival
    }
    this.#findNextExpiry()
  }

  get count(): number {
    return this.#online.size
  }

  /** undefined: the user is not online. */
  member(userId: string): Member | undefined {
    return this.#online.get(userId)?.member
  }

  /** The number of users online and the latest of them, as an encoded frame. */
  roster(): string {
    const users = this.#latest(limits.onlineListed)
    const frame: RoomFrame = { event: 'users_online', data: { count: this.count, users } }
    return JSON.stringify(frame)
  }

  /** All users, in join order. */
  members(): Member[] {
    return Array.from(this.#online.values(), ({ member }) => member)
  }

  /** The same as JSON. @param knownTag the tag of an earlier answer */
  membersAsJson(knownTag: string | null): TaggedJson {
    const state = `${this.#version}`
    return (
      this.#cachedJson.get(state, knownTag) ??
      this.#cachedJson.set(state, JSON.stringify(this.members()))
    )
  }

  /** The users who joined last, in join order. */
  #latest(max: number): Member[] {
    const all = this.members()
    return all.length > max ? all.slice(-max) : all
  }

  /** Must be called when a connection of the user opens. @returns whether the user is new here */
  join(member: Member): boolean {
    const known = this.#online.get(member.id)
    if (known && !this.#cancelLeaving(member.id)) return false
    const entry = known ?? { member, arrival: ++this.#lastArrival }
    this.#online.set(member.id, entry)
    if (!known) this.#version++
    this.#unsaved.add(entry)
    return !known
  }

  /** Writes the users who joined or came back. */
  save(): void {
    if (this.#unsaved.size === 0) return
    const leavingOf = (userId: string) => this.#leaving.get(userId) ?? null
    this.#table.write(
      Array.from(this.#unsaved, (entry) => ({ ...entry, leaving: leavingOf(entry.member.id) })),
    )
    this.#unsaved.clear()
  }

  /** The user's last connection ended: the user leaves after `graceMs`, unless they come back. */
  startLeaving(userId: string, now: number, graceMs: number): void {
    if (!this.#online.has(userId) || this.#leaving.has(userId)) return
    this.#setLeaving(userId, { leftAt: now, leaveDue: now + graceMs })
  }

  /** Compares the users with the sockets that exist, because closes are not always reported. */
  reconcile(connected: (userId: string) => boolean, now: number): void {
    for (const userId of this.#online.keys())
      if (!connected(userId)) this.startLeaving(userId, now, leaveGraceMs.afterClose)
  }

  /**
   * Gives all users time to come back after a restart, which ends all sockets; also those leaving.
   */
  extendGraces(now: number): void {
    for (const userId of this.#online.keys()) {
      const { leftAt, leaveDue } = this.#leaving.get(userId) ?? { leftAt: now, leaveDue: 0 }
      const later = Math.max(leaveDue, leftAt + leaveGraceMs.afterRestart)
      if (later !== leaveDue) this.#setLeaving(userId, { leftAt, leaveDue: later })
    }
  }

  /** Removes the users whose grace period is over, and records when they were last here. */
  *removeExpired(now: number): Generator<Member> {
    try {
      for (const [userId, { leftAt, leaveDue }] of this.#leaving) {
        const entry = this.#online.get(userId)
        if (!entry || leaveDue > now) continue
        this.#delete(entry, leftAt)
        yield entry.member
      }
    } finally {
      this.#findNextExpiry()
    }
  }

  /** Removes a user at once. @returns undefined if the user was not here */
  remove(userId: string, now: number): Member | undefined {
    const entry = this.#online.get(userId)
    if (entry) this.#delete(entry, this.#leaving.get(userId)?.leftAt ?? now)
    return entry?.member
  }

  #findNextExpiry(): void {
    this.#setNextExpiry(null)
    for (const { leaveDue } of this.#leaving.values()) this.#noteDue(leaveDue)
  }

  #noteDue(leaveDue: number): void {
    if (this.#nextExpiry === null || leaveDue < this.#nextExpiry) this.#setNextExpiry(leaveDue)
  }

  /** It may stay too early when a user comes back: to search all users would cost more. */
  #setNextExpiry(at: number | null): void {
    this.#nextExpiry = at
    this.#alarm.set('remove_absent_users', at)
  }

  /** @returns whether the user was leaving */
  #cancelLeaving(userId: string): boolean {
    const wasLeaving = this.#leaving.delete(userId)
    if (wasLeaving && this.#leaving.size === 0) this.#setNextExpiry(null)
    return wasLeaving
  }

  #delete(entry: Entry, leftAt: number): void {
    const { id } = entry.member
    this.#table.delete(id)
    this.#lastSeen.record({ user_id: id, at: leftAt })
    this.#online.delete(id)
    this.#version++
    this.#cancelLeaving(id)
    this.#unsaved.delete(entry)
  }

  #setLeaving(userId: string, leaving: Leaving): void {
    this.#leaving.set(userId, leaving)
    this.#noteDue(leaving.leaveDue)
    this.#table.setLeaving(userId, leaving)
  }
}
