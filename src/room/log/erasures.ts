// Whose accounts have ended: one event each, which stands in no row of `messages`. What is left of
// their messages is rewritten in place, at once, however many there are.

import type { Remains } from '../../contract/routes/accounts.ts'
import { erasedName } from '../../contract/values.ts'

/** So long at least: Postgres may still give out the name until its part is done as well. */
const keepMs = 24 * 60 * 60_000

export type Erasure = {
  /** Of the event. */
  seq: number
  user_id: string
  remains: Remains
  /** Milliseconds. */
  at: number
}

export class Erasures {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  of(userId: string): Erasure | undefined {
    return this.#sql
      .exec<Erasure>('select * from erasures where user_id = ?', userId)
      .toArray()
      .at(0)
  }

  /** Which of these accounts have ended. */
  among(userIds: string[]): Pick<Erasure, 'user_id' | 'remains'>[] {
    return this.#sql
      .exec<Pick<Erasure, 'user_id' | 'remains'>>(
        'select user_id, remains from erasures where user_id in (select value from json_each(?))',
        JSON.stringify(userIds),
      )
      .toArray()
  }

  /** The `seq` of the latest; 0: there is none. */
  latest(): number {
    return (
      this.#sql.exec<{ seq: number | null }>('select max(seq) as seq from erasures').one().seq ?? 0
    )
  }

  /** The first after `seq` that was at `ms` or later. */
  firstSince(seq: number, ms: number): number | null {
    const query = 'select min(seq) as seq from erasures where seq > ? and at >= ?'
    return this.#sql.exec<{ seq: number | null }>(query, seq, ms).one().seq
  }

  after(seq: number): Erasure[] {
    return this.#sql
      .exec<Erasure>('select * from erasures where seq > ? order by seq', seq)
      .toArray()
  }

  /** An earlier one of the same user gives way. */
  keep({ seq, user_id, remains, at }: Erasure): void {
    this.#sql.exec('delete from erasures where user_id = ?', user_id)
    this.#sql.exec('insert into erasures values (?, ?, ?, ?)', seq, user_id, remains, at)
  }

  forget(upTo: number, now: number): void {
    this.#sql.exec('delete from erasures where seq <= ? and at <= ?', upTo, now - keepMs)
  }

  /**
   * Takes the name out of the user's rows, or also the text. No row takes a `seq`: everyone is told
   * once, not message by message, and to a row that Postgres lacks the higher revision is enough.
   * @returns whether there was anything left to take
   */
  rewrite(userId: string, remains: Remains, now: number): boolean {
    let written = 0
    if (remains === 'delete')
      written += this.#sql.exec(
        `update messages set content = '', is_deleted = 1, revision = revision + 1,
           updated_at = max(?, coalesce(updated_at, 0) + 1)
         where user_id = ? and is_deleted = 0`,
        now,
        userId,
      ).rowsWritten
    written += this.#sql.exec(
      'update messages set username = ?1, client_id = null where user_id = ?2 and username <> ?1',
      erasedName,
      userId,
    ).rowsWritten
    return written > 0
  }
}
