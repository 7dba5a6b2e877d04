// Who is in the room. A user comes with the first socket and goes when the last one has been gone
// for a while; the table survives the room, so that a restart makes nobody leave. A crowd that
// arrives is written together, before any socket hears of it.

import type { Member } from '../../contract/entities.ts'
import { CachedJson } from '../cached-json.ts'
import { LastSeen } from '../outbox/last-seen.ts'
import type { Answered } from '../rpc.ts'

/** How long a user without a socket is still here, in milliseconds. */
export const grace = { afterClose: 5_000, afterRestart: 30_000 } as const

/** A value that is bound has two megabytes at most. */
const rowsAtOnce = 5_000

/** When the last socket went, and when they go; milliseconds. */
type Leaving = { leftAt: number; leaveDue: number }
type Guest = { member: Member; arrival: number }

export class Presence {
  readonly #sql: SqlStorage
  readonly #departures: LastSeen
  /** In the order of arrival. */
  readonly #here = new Map<string, Guest>()
  readonly #leaving = new Map<string, Leaving>()
  /** Who came, or came back, since the last `save`. */
  readonly #unsaved = new Set<Guest>()
  /** Nobody goes before this; null: nobody is about to go. */
  #earliest: number | null = null
  #arrivals = 0
  /** How often someone came or went. */
  #changes = 0
  readonly #answer = new CachedJson()

  constructor(sql: SqlStorage, now: number) {
    this.#sql = sql
    this.#departures = new LastSeen(sql)
    // Times from the future were written before the clock was set back.
    sql.exec(
      `update online set left_at = min(left_at, ?1), leave_due = min(leave_due, ?2)
       where left_at > ?1 or leave_due > ?2`,
      now,
      now + grace.afterRestart,
    )
    for (const row of sql.exec<{
      user_id: string
      username: string
      arrival: number
      left_at: number | null
      leave_due: number | null
    }>('select * from online order by arrival')) {
      const member = { id: row.user_id, username: row.username }
      this.#here.set(row.user_id, { member, arrival: row.arrival })
      if (row.left_at !== null && row.leave_due !== null)
        this.#leaving.set(row.user_id, { leftAt: row.left_at, leaveDue: row.leave_due })
      this.#arrivals = row.arrival
    }
    this.#findEarliest()
  }

  get count(): number {
    return this.#here.size
  }

  /** Everyone, in the order of arrival. */
  everyone(): Member[] {
    return Array.from(this.#here.values(), ({ member }) => member)
  }

  /** The same as JSON. @param known the tag of an earlier answer */
  answered(known: string | null): Answered {
    const state = `${this.#changes}`
    return (
      this.#answer.of(state, known) ?? this.#answer.keep(state, JSON.stringify(this.everyone()))
    )
  }

  /** The latest arrivals, in the order of arrival. */
  latest(max: number): Member[] {
    const all = this.everyone()
    return all.length > max ? all.slice(-max) : all
  }

  /** A socket of theirs opened. true: they were not here before. */
  arrive(member: Member): boolean {
    const known = this.#here.get(member.id)
    if (known && !this.#stay(member.id)) return false
    const guest = known ?? { member, arrival: ++this.#arrivals }
    this.#here.set(member.id, guest)
    if (!known) this.#changes++
    this.#unsaved.add(guest)
    return !known
  }

  /** Writes who came. */
  save(): void {
    const rows = Array.from(this.#unsaved, ({ member: { id, username }, arrival }) => {
      const { leftAt = null, leaveDue = null } = this.#leaving.get(id) ?? {}
      return [id, username, arrival, leftAt, leaveDue]
    })
    // A statement for each would be a fifth of what it takes to let a crowd in.
    for (let from = 0; from < rows.length; from += rowsAtOnce)
      this.#sql.exec(
        `insert or replace into online
         select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 from json_each(?)`,
        JSON.stringify(rows.slice(from, from + rowsAtOnce)),
      )
    this.#unsaved.clear()
  }

  /** Their last socket closed: they go after `graceMs`, unless they come back. */
  loseTouch(userId: string, now: number, graceMs: number): void {
    if (!this.#here.has(userId) || this.#leaving.has(userId)) return
    this.#setLeaving(userId, { leftAt: now, leaveDue: now + graceMs })
  }

  /** Holds the list against the sockets that exist: closes are not always reported. */
  reconcile(connected: (userId: string) => boolean, now: number): void {
    for (const userId of this.#here.keys())
      if (!connected(userId)) this.loseTouch(userId, now, grace.afterClose)
  }

  /** After a restart no socket is left: everyone gets the time to come back, the leaving too. */
  awaitReturn(now: number): void {
    for (const userId of this.#here.keys()) {
      const { leftAt, leaveDue } = this.#leaving.get(userId) ?? { leftAt: now, leaveDue: 0 }
      const later = Math.max(leaveDue, leftAt + grace.afterRestart)
      if (later !== leaveDue) this.#setLeaving(userId, { leftAt, leaveDue: later })
    }
  }

  /** Lets those go whose time has come, and remembers when they were last here. */
  dismiss(now: number): Member[] {
    const gone: Member[] = []
    for (const [userId, { leftAt, leaveDue }] of this.#leaving) {
      const guest = this.#here.get(userId)
      if (!guest || leaveDue > now) continue
      this.#remove(guest, leftAt)
      gone.push(guest.member)
    }
    this.#findEarliest()
    return gone
  }

  /** Lets one go at once, without a grace. undefined: they were not here. */
  depart(userId: string, now: number): Member | undefined {
    const guest = this.#here.get(userId)
    if (guest) this.#remove(guest, this.#leaving.get(userId)?.leftAt ?? now)
    return guest?.member
  }

  /**
   * When to call `dismiss`, in milliseconds; null: nobody is about to go. It may be too early where
   * someone came back meanwhile: every call and message asks for it, so it must not look at everyone.
   */
  get nextDismissal(): number | null {
    return this.#earliest
  }

  #findEarliest(): void {
    this.#earliest = null
    for (const { leaveDue } of this.#leaving.values()) this.#noteDue(leaveDue)
  }

  #noteDue(leaveDue: number): void {
    this.#earliest = Math.min(this.#earliest ?? leaveDue, leaveDue)
  }

  /** true: they were about to go. */
  #stay(userId: string): boolean {
    const wasLeaving = this.#leaving.delete(userId)
    if (this.#leaving.size === 0) this.#earliest = null
    return wasLeaving
  }

  #remove(guest: Guest, leftAt: number): void {
    const { id } = guest.member
    this.#sql.exec('delete from online where user_id = ?', id)
    this.#departures.note({ user_id: id, at: leftAt })
    this.#here.delete(id)
    this.#changes++
    this.#stay(id)
    this.#unsaved.delete(guest)
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
