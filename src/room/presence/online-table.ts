// Stores the users in the room, so that no restart makes them leave.

import type { Member } from '../../contract/entities.ts'

/** A bound value may have at most two megabytes. */
const rowsPerStatement = 5_000

/** When the last connection of a user ended, and when the user leaves; in milliseconds. */
export type Leaving = { leftAt: number; leaveDue: number }

export type OnlineUser = {
  member: Member
  /** Rises with every user who joins. */
  arrival: number
  /** null: the user has a connection. */
  leaving: Leaving | null
}

type Row = {
  user_id: string
  username: string
  arrival: number
  left_at: number | null
  leave_due: number | null
}

export class OnlineTable {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Corrects times in the future, from before the clock was set back. */
  correctTimes(now: number, graceMaxMs: number): void {
    this.#sql.exec(
      `update online set left_at = min(left_at, ?1), leave_due = min(leave_due, ?2)
       where left_at > ?1 or leave_due > ?2`,
      now,
      now + graceMaxMs,
    )
  }

  /** All users, in join order. */
  read(): OnlineUser[] {
    return this.#sql
      .exec<Row>(
        'select user_id, username, arrival, left_at, leave_due from online order by arrival',
      )
      .toArray()
      .map(({ user_id: id, username, arrival, left_at: leftAt, leave_due: leaveDue }) => ({
        member: { id, username },
        arrival,
        leaving: leftAt === null || leaveDue === null ? null : { leftAt, leaveDue },
      }))
  }

  /** One statement for each user would take a fifth of the time to admit a crowd. */
  write(users: OnlineUser[]): void {
    const rows = users.map(({ member: { id, username }, arrival, leaving }) => {
      return [id, username, arrival, leaving?.leftAt ?? null, leaving?.leaveDue ?? null]
    })
    for (let from = 0; from < rows.length; from += rowsPerStatement)
      this.#sql.exec(
        `insert or replace into online (user_id, username, arrival, left_at, leave_due)
         select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 from json_each(?)`,
        JSON.stringify(rows.slice(from, from + rowsPerStatement)),
      )
  }

  setLeaving(userId: string, { leftAt, leaveDue }: Leaving): void {
    this.#sql.exec(
      'update online set left_at = ?, leave_due = ? where user_id = ?',
      leftAt,
      leaveDue,
      userId,
    )
  }

  delete(userId: string): void {
    this.#sql.exec('delete from online where user_id = ?', userId)
  }
}
