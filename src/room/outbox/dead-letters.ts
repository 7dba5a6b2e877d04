// Lists the rows that Postgres refused: their ids and the fault codes. They stay in the log,
// `/ready` counts them, and they are tried again when they change and once a day.

import type { SetAside } from '../../contract/routes/admin.ts'
import { journalFault } from '../../journal.ts'

const retryMs = 24 * 60 * 60 * 1000

export class DeadLetters {
  readonly #sql: SqlStorage
  /** Kept in memory, because every call of the room reads it to arm the alarm. */
  #nextRetry: number | null

  constructor(sql: SqlStorage, now: number) {
    this.#sql = sql
    // A later time was written before the clock was set back.
    const latest = now + retryMs
    sql.exec('update set_aside set retry_at = ?1 where retry_at > ?1', latest)
    this.#nextRetry = this.#findNextRetry()
  }

  get count(): number {
    return this.#sql.exec<{ n: number }>('select count(*) as n from set_aside').one().n
  }

  /** When to try the next row again, in milliseconds; null: there is none. */
  get nextRetry(): number | null {
    return this.#nextRetry
  }

  /** @param code the fault code of the refusal, as `Archive.faultCode` gives it */
  add(id: string, code: string, now: number): void {
    this.#sql.exec('insert or replace into set_aside values (?, ?, ?)', id, code, now + retryMs)
    this.#nextRetry = this.#findNextRetry()
    journalFault('row_set_aside', { message_id: id, code })
  }

  /** Removes the dead letters among these rows, because Postgres has accepted them. */
  remove(rows: { id: string }[]): void {
    if (this.count === 0) return
    for (const { id } of rows) this.#sql.exec('delete from set_aside where id = ?', id)
    this.#nextRetry = this.#findNextRetry()
  }

  /** The ids of rows to try again now. */
  due(now: number, max: number): string[] {
    return this.#sql
      .exec<{ id: string }>('select id from set_aside where retry_at <= ? limit ?', now, max)
      .toArray()
      .map(({ id }) => id)
  }

  /** Lists the oldest messages first. */
  list(max: number): SetAside[] {
    return this.#sql
      .exec<{ id: string; user_id: string; code: string; revision: number; retry_at: number }>(
        `select id, user_id, code, revision, retry_at from set_aside join messages using (id)
         order by id limit ?`,
        max,
      )
      .toArray()
      .map(({ id, retry_at, ...row }) => ({
        ...row,
        message_id: id,
        retry_at: new Date(retry_at).toISOString(),
      }))
  }

  /** Makes all rows due at once. */
  makeAllDue(now: number): void {
    this.#sql.exec('update set_aside set retry_at = ? where retry_at > ?', now, now)
    this.#nextRetry = this.#findNextRetry()
  }

  #findNextRetry(): number | null {
    return this.#sql.exec<{ at: number | null }>('select min(retry_at) as at from set_aside').one()
      .at
  }
}
