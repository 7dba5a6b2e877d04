// Stores erased accounts: one event each, which has no row in `messages`. The user's messages are
// rewritten in place, all at once, however many there are.

import type { Remains } from '../../contract/routes/accounts.ts'
import { erasedName } from '../../contract/values.ts'

/** Kept at least this long: Postgres may still return the name until its own erasure is done. */
const keepMinMs = 24 * 60 * 60_000

export type Erasure = {
  /** The number of the event. */
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

  find(userId: string): Erasure | undefined {
    return this.#sql
      .exec<Erasure>('select * from erasures where user_id = ?', userId)
      .toArray()
      .at(0)
  }

  /** Those of these users whose accounts were erased. */
  ofUsers(userIds: string[]): Pick<Erasure, 'user_id' | 'remains'>[] {
    return this.#sql
      .exec<Pick<Erasure, 'user_id' | 'remains'>>(
        'select user_id, remains from erasures where user_id in (select value from json_each(?))',
        JSON.stringify(userIds),
      )
      .toArray()
  }

  /** The `seq` of the latest erasure; 0: there is none. */
  latest(): number {
    return (
      this.#sql.exec<{ seq: number | null }>('select max(seq) as seq from erasures').one().seq ?? 0
    )
  }

  /** The first erasure after `seq` that happened at `ms` or later. */
  firstSince(seq: number, ms: number): number | null {
    const query = 'select min(seq) as seq from erasures where seq > ? and at >= ?'
    return this.#sql.exec<{ seq: number | null }>(query, seq, ms).one().seq
  }

  after(seq: number): Erasure[] {
    return this.#sql
      .exec<Erasure>('select * from erasures where seq > ? order by seq', seq)
      .toArray()
  }

  /** Replaces an earlier erasure of the same user. */
  save({ seq, user_id, remains, at }: Erasure): void {
    this.#sql.exec('delete from erasures where user_id = ?', user_id)
    this.#sql.exec('insert into erasures values (?, ?, ?, ?)', seq, user_id, remains, at)
  }

  forget(upTo: number, now: number): void {
    this.#sql.exec('delete from erasures where seq <= ? and at <= ?', upTo, now - keepMinMs)
  }

  /**
   * Removes the name from the user's rows, and with `delete` also the texts. No row gets a new
   * `seq`: clients get one event for all messages, and for a row that Postgres lacks the higher
   * revision is enough.
   * @returns whether anything was left to remove
   */
  rewriteMessages(userId: string, remains: Remains, now: number): boolean {
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
