// Stores for at least a day which message a `client_id` created, however long the log keeps that
// message. It must store neither the text nor a hash of it: both would outlive the text of the
// message itself.

import type { MessageReferences } from '../../domain/references.ts'
import type { Meta } from './meta.ts'

export const dayMs = 24 * 60 * 60 * 1000

/** The `text_hash` of every row today. Earlier releases stored a hash of the text there. */
const noHash = ''

/** An earlier request with the same `clientId`. `content` and `references` are those of the new request. */
export type EarlierTry = {
  clientId: string
  messageId: string
  content: string
  references: MessageReferences | null
}

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

  save(userId: string, clientId: string, messageId: string): void {
    this.#sql.exec(
      `insert into client_ids_${this.#activeTable} values (?, ?, ?, ?)`,
      userId,
      clientId,
      messageId,
      noHash,
    )
  }

  /**
   * Removes the hash that an earlier release stored of the text of a message, because the message
   * changed. This method is needless two days after the last of those releases, when no row has a
   * hash.
   */
  blankHash(userId: string, clientId: string): void {
    for (const table of [0, 1])
      this.#sql.exec(
        `update client_ids_${table} set text_hash = ?1
         where user_id = ?2 and client_id = ?3 and text_hash <> ?1`,
        noHash,
        userId,
        clientId,
      )
  }

  /** The same for all messages of a range. */
  blankHashes(userId: string, { from_id, to_id }: { from_id: string; to_id: string }): void {
    for (const table of [0, 1])
      this.#sql.exec(
        `update client_ids_${table} set text_hash = ?1
         where user_id = ?2 and message_id between ?3 and ?4 and text_hash <> ?1`,
        noHash,
        userId,
        from_id,
        to_id,
      )
  }

  /** The table that new entries go to. */
  get #activeTable(): 0 | 1 {
    return this.#meta.number('client_ids_turn') === 0 ? 0 : 1
  }

  removeUser(userId: string): void {
    for (const table of [0, 1])
      this.#sql.exec(`delete from client_ids_${table} where user_id = ?`, userId)
  }

  /**
   * Empties the other table every day and switches to it, so an entry stays for one to two days.
   */
  removeExpired(now: number): void {
    const since = this.#meta.number('client_ids_since')
    // A time in the future was written before the clock was set back.
    if (since === 0 || since > now) this.#meta.set('client_ids_since', now)
    if (now - this.#meta.number('client_ids_since') < dayMs) return
    const next = this.#activeTable === 0 ? 1 : 0
    this.#sql.exec(`delete from client_ids_${next}`)
    this.#meta.set('client_ids_turn', next)
    this.#meta.set('client_ids_since', now)
  }
}
