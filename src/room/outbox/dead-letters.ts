// The rows that Postgres refused: their ids and why. They stay in the log, are counted by `/ready`,
// and are tried again when they change and once a day.

import type { SetAside as Listed } from '../../contract/routes/admin.ts'
import { journalFault } from '../../journal.ts'

const retryMs = 24 * 60 * 60 * 1000

export class DeadLetters {
  readonly #sql: SqlStorage
  /** Known without a look: every call of the room asks for it, to arm its alarm. */
  #nextRetry: number | null

  constructor(sql: SqlStorage, now: number) {
    this.#sql = sql
    // The clock may have been set back since they were written.
    const latest = now + retryMs
    sql.exec('update set_aside set retry_at = ?1 where retry_at > ?1', latest)
    this.#nextRetry = this.#findNextRetry()
  }

  get count(): number {
    return this.#sql.exec<{ n: number }>('select count(*) as n from set_aside').one().n
  }

  /** When the next one is to be tried again, in milliseconds; null: there is none. */
  get nextRetry(): number | null {
    return this.#nextRetry
  }

  /** @param code the SQLSTATE that Postgres refused it with */
  add(id: string, code: string, now: number): void {
    this.#sql.exec('insert or replace into set_aside values (?, ?, ?)', id, code, now + retryMs)
    this.#nextRetry = this.#findNextRetry()
    journalFault('row_set_aside', { message_id: id, code })
  }

  /** Postgres has taken these after all, if they were here. */
  release(rows: { id: string }[]): void {
    if (this.count === 0) return
    for (const { id } of rows) this.#sql.exec('delete from set_aside where id = ?', id)
    this.#nextRetry = this.#findNextRetry()
  }

  /** Ids of those to try again. */
  due(now: number, max: number): string[] {
    return this.#sql
      .exec<{ id: string }>('select id from set_aside where retry_at <= ? limit ?', now, max)
      .toArray()
      .map(({ id }) => id)
  }

  /** The oldest messages first. */
  list(max: number): Listed[] {
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

  /** All of them are due. */
  hurry(now: number): void {
    this.#sql.exec('update set_aside set retry_at = ? where retry_at > ?', now, now)
    this.#nextRetry = this.#findNextRetry()
  }

  #findNextRetry(): number | null {
    return this.#sql.exec<{ at: number | null }>('select min(retry_at) as at from set_aside').one()
      .at
  }
}
