// Who is in the room. A user comes with the first socket and goes when the last one has been gone
// for a while; the table survives the room, so that a restart makes nobody leave.

import type { Member } from '../contract/entities.ts'

/** How long a user without a socket is still here, in milliseconds. */
export const grace = { afterClose: 5_000, afterRestart: 30_000 } as const

type Presentee = Member & { leftAt: number | null; leaveDue: number | null }

export class Presence {
  readonly #sql: SqlStorage
  /** In the order of arrival. */
  readonly #here = new Map<string, Presentee>()
  #arrivals = 0

  constructor(sql: SqlStorage) {
    this.#sql = sql
    for (const row of sql.exec<{
      user_id: string
      username: string
      arrival: number
      left_at: number | null
      leave_due: number | null
    }>('select * from online order by arrival')) {
      this.#here.set(row.user_id, {
        id: row.user_id,
        username: row.username,
        leftAt: row.left_at,
        leaveDue: row.leave_due,
      })
      this.#arrivals = row.arrival
    }
  }

  get count(): number {
    return this.#here.size
  }

  /** Everyone, in the order of arrival. */
  everyone(): Member[] {
    return Array.from(this.#here.values(), ({ id, username }) => ({ id, username }))
  }

  /** The latest arrivals, in the order of arrival. */
  latest(max: number): Member[] {
    const all = this.everyone()
    return all.length > max ? all.slice(-max) : all
  }

  /** A socket of theirs opened. true: they were not here before. */
  arrive(member: Member): boolean {
    const known = this.#here.get(member.id)
    if (known) {
      if (known.leaveDue !== null) {
        known.leftAt = known.leaveDue = null
        this.#sql.exec(
          'update online set left_at = null, leave_due = null where user_id = ?',
          member.id,
        )
      }
      return false
    }
    this.#arrivals++
    this.#here.set(member.id, { ...member, leftAt: null, leaveDue: null })
    this.#sql.exec(
      'insert into online values (?, ?, ?, null, null)',
      member.id,
      member.username,
      this.#arrivals,
    )
    return true
  }

  /** Their last socket closed: they go after `graceMs`, unless they come back. */
  loseTouch(userId: string, now: number, graceMs: number): void {
    const known = this.#here.get(userId)
    if (!known || known.leaveDue !== null) return
    known.leftAt = now
    known.leaveDue = now + graceMs
    this.#sql.exec(
      'update online set left_at = ?, leave_due = ? where user_id = ?',
      known.leftAt,
      known.leaveDue,
      userId,
    )
  }

  /** Holds the list against the sockets that exist: closes are not always reported. */
  reconcile(connected: (userId: string) => boolean, now: number, graceMs: number): void {
    for (const { id, leaveDue } of this.#here.values())
      if (leaveDue === null && !connected(id)) this.loseTouch(id, now, graceMs)
  }

  /** Lets those go whose time has come, and remembers when they were last here. */
  dismiss(now: number): Member[] {
    const gone: Member[] = []
    for (const { id, username, leftAt, leaveDue } of this.#here.values()) {
      if (leaveDue === null || leaveDue > now) continue
      this.#here.delete(id)
      this.#sql.exec('delete from online where user_id = ?', id)
      this.#sql.exec('insert or replace into departures values (?, ?)', id, leftAt)
      gone.push({ id, username })
    }
    return gone
  }

  /** When the next one goes, in milliseconds; null: nobody is about to. */
  nextDismissal(): number | null {
    let next: number | null = null
    for (const { leaveDue } of this.#here.values())
      if (leaveDue !== null && (next === null || leaveDue < next)) next = leaveDue
    return next
  }
}
