// Which message a client_id made, for at least a day, independent of how long the log keeps it. What
// the message says is read in the message itself: a copy, or a hash, would outlive its text.

import type { Meta } from './meta.ts'

const dayMs = 24 * 60 * 60 * 1000

/** `text_hash` of every row today. Releases before kept a hash of the text there. */
const noHash = ''

/** `content` is what is asked for now, under the same `clientId`. */
export type EarlierTry = { clientId: string; messageId: string; content: string }

export class IdempotencyKeys {
  readonly #sql: SqlStorage
  readonly #meta: Meta

  constructor(sql: SqlStorage, meta: Meta) {
    this.#sql = sql
    this.#meta = meta
  }

  /** The id of the message. */
  find(userId: string, clientId: string): string | undefined {
    return this.#sql
      .exec<{ message_id: string }>(
        `select message_id from client_ids_0 where user_id = ?1 and client_id = ?2
         union all
         select message_id from client_ids_1 where user_id = ?1 and client_id = ?2
         limit 1`,
        userId,
        clientId,
      )
      .toArray()[0]?.message_id
  }

  keep(userId: string, clientId: string, messageId: string): void {
    this.#sql.exec(
      `insert into client_ids_${this.#turn} values (?, ?, ?, ?)`,
      userId,
      clientId,
      messageId,
      noHash,
    )
  }

  /**
   * The message changed: the hash that a release before kept of its text goes. Of no use two days
   * after the last of those releases: then no row has one.
   */
  blankHash(userId: string, clientId: string): void {
    for (const turn of [0, 1])
      this.#sql.exec(
        `update client_ids_${turn} set text_hash = ?1
         where user_id = ?2 and client_id = ?3 and text_hash <> ?1`,
        noHash,
        userId,
        clientId,
      )
  }

  get #turn(): 0 | 1 {
    return this.#meta.number('client_ids_turn') === 0 ? 0 : 1
  }

  forget(userId: string): void {
    for (const turn of [0, 1])
      this.#sql.exec(`delete from client_ids_${turn} where user_id = ?`, userId)
  }

  /** Every day the other table takes over, emptied: an entry stays for one to two days. */
  forgetOld(now: number): void {
    const since = this.#meta.number('client_ids_since')
    // A time from the future was written before the clock was set back.
    if (since === 0 || since > now) this.#meta.set('client_ids_since', now)
    if (now - this.#meta.number('client_ids_since') < dayMs) return
    const next = this.#turn === 0 ? 1 : 0
    this.#sql.exec(`delete from client_ids_${next}`)
    this.#meta.set('client_ids_turn', next)
    this.#meta.set('client_ids_since', now)
  }
}
