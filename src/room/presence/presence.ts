// Tracks the users in the room, from the first connection until a while after the end of the last
// one. The table outlives a restart, so that no restart makes users leave. Users who join together
// are written together, before the broadcast of their joins.

import type { Member } from '../../contract/entities.ts'
import { CachedJson } from '../cached-json.ts'
import { LastSeen } from '../outbox/last-seen.ts'
import type { Answered } from '../rpc.ts'

/** How long a user without a connection is still listed, in milliseconds. */
export const leaveGraceMs = { afterClose: 5_000, afterRestart: 30_000 } as const

/** A bound value may have at most two megabytes. */
const rowsPerStatement = 5_000

/** When the last connection ended, and when the user leaves; in milliseconds. */
type Leaving = { leftAt: number; leaveDue: number }
type Entry = { member: Member; arrival: number }

export class Presence {
  readonly #sql: SqlStorage
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

  constructor(sql: SqlStorage, now: number) {
    this.#sql = sql
    this.#lastSeen = new LastSeen(sql)
    // Times in the future were written before the clock was set back.
    sql.exec(
      `update online set left_at = min(left_at, ?1), leave_due = min(leave_due, ?2)
       where left_at > ?1 or leave_due > ?2`,
      now,
      now + leaveGraceMs.afterRestart,
    )
    for (const row of sql.exec<{
      user_id: string
      username: string
      arrival: number
      left_at: number | null
      leave_due: number | null
    }>('select * from online order by arrival')) {
      const member = { id: row.user_id, username: row.username }
      this.#online.set(row.user_id, { member, arrival: row.arrival })
      if (row.left_at !== null && row.leave_due !== null)
        this.#leaving.set(row.user_id, { leftAt: row.left_at, leaveDue: row.leave_due })
      this.#lastArrival = row.arrival
    }
    this.#findNextExpiry()
  }

  get count(): number {
    return this.#online.size
  }

  /** All users, in join order. */
  members(): Member[] {
    return Array.from(this.#online.values(), ({ member }) => member)
  }

  /** The same as JSON. @param knownTag the tag of an earlier answer */
  membersAsJson(knownTag: string | null): Answered {
    const state = `${this.#version}`
    return (
      this.#cachedJson.get(state, knownTag) ??
      this.#cachedJson.set(state, JSON.stringify(this.members()))
    )
  }

  /** The users who joined last, in join order. */
  latest(max: number): Member[] {
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
    const rows = Array.from(this.#unsaved, ({ member: { id, username }, arrival }) => {
      const { leftAt = null, leaveDue = null } = this.#leaving.get(id) ?? {}
      return [id, username, arrival, leftAt, leaveDue]
    })
    // One statement for each user would take a fifth of the time to admit a crowd.
    for (let from = 0; from < rows.length; from += rowsPerStatement)
      this.#sql.exec(
        `insert or replace into online
         select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 from json_each(?)`,
        JSON.stringify(rows.slice(from, from + rowsPerStatement)),
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
  removeExpired(now: number): Member[] {
    const removed: Member[] = []
    for (const [userId, { leftAt, leaveDue }] of this.#leaving) {
      const entry = this.#online.get(userId)
      if (!entry || leaveDue > now) continue
      this.#delete(entry, leftAt)
      removed.push(entry.member)
    }
    this.#findNextExpiry()
    return removed
  }

  /** Removes a user at once. @returns undefined if the user was not here */
  remove(userId: string, now: number): Member | undefined {
    const entry = this.#online.get(userId)
    if (entry) this.#delete(entry, this.#leaving.get(userId)?.leftAt ?? now)
    return entry?.member
  }

  /**
   * When to call `removeExpired`, in milliseconds; null: no user is leaving. It may be too early if
   * a user came back meanwhile: every call and message reads it, so it must not search all users.
   */
  get nextExpiry(): number | null {
    return this.#nextExpiry
  }

  #findNextExpiry(): void {
    this.#nextExpiry = null
    for (const { leaveDue } of this.#leaving.values()) this.#noteDue(leaveDue)
  }

  #noteDue(leaveDue: number): void {
    this.#nextExpiry = Math.min(this.#nextExpiry ?? leaveDue, leaveDue)
  }

  /** @returns whether the user was leaving */
  #cancelLeaving(userId: string): boolean {
    const wasLeaving = this.#leaving.delete(userId)
    if (this.#leaving.size === 0) this.#nextExpiry = null
    return wasLeaving
  }

  #delete(entry: Entry, leftAt: number): void {
    const { id } = entry.member
    this.#sql.exec('delete from online where user_id = ?', id)
    this.#lastSeen.record({ user_id: id, at: leftAt })
    this.#online.delete(id)
    this.#version++
    this.#cancelLeaving(id)
    this.#unsaved.delete(entry)
  }

  #setLeaving(userId: string, leaving: Leaving): void {
    this.#leaving.set(userId, leaving)
    this.#noteDue(leaving.leaveDue)
    this.#sql.exec(
      'update online set left_at = ?, leave_due = ? where user_id = ?',
      leaving.leftAt,
      leaving.leaveDue,
      userId,
    )
  }
}
