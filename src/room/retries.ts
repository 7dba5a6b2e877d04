// Which message a client_id made, for at least a day, independent of how long the log keeps it.

import { hash } from 'node:crypto'
import type { Meta } from './meta.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Of a text that was deleted: nothing is left to compare with. */
const blank = ''
const fingerprint = (text: string) => hash('sha256', text, 'base64')

export type EarlierTry = { clientId: string; messageId: string; sameText: boolean }

export class Retries {
  readonly #sql: SqlStorage
  readonly #meta: Meta

  constructor(sql: SqlStorage, meta: Meta) {
    this.#sql = sql
    this.#meta = meta
  }

  find(userId: string, clientId: string, content: string): EarlierTry | undefined {
    const [row] = this.#sql
      .exec<{ message_id: string; text_hash: string }>(
        `select message_id, text_hash from client_ids_0 where user_id = ?1 and client_id = ?2
         union all
         select message_id, text_hash from client_ids_1 where user_id = ?1 and client_id = ?2
         limit 1`,
        userId,
        clientId,
      )
      .toArray()
    if (!row) return undefined
    const { message_id: messageId, text_hash } = row
    const sameText = text_hash === blank || text_hash === fingerprint(content)
    return { clientId, messageId, sameText }
  }

  keep(userId: string, clientId: string, made: { messageId: string; content: string }): void {
    this.#sql.exec(
      `insert into client_ids_${this.#turn} values (?, ?, ?, ?)`,
      userId,
      clientId,
      made.messageId,
      fingerprint(made.content),
    )
  }

  /** The message is deleted: its text can't be guessed from here either. */
  blank(userId: string, clientId: string): void {
    for (const turn of [0, 1])
      this.#sql.exec(
        `update client_ids_${turn} set text_hash = ? where user_id = ? and client_id = ?`,
        blank,
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
