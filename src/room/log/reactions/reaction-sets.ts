// What each person has chosen for each message whose totals the room has: all people of such a message, or
// none. Not everyone may know it all at once, so the rows have no `seq`; the archive gets them with the totals.

import type { ReactionSetOf, WhoBounds } from '../../../domain/reactions.ts'
import { EmojiNumbers } from './emoji-numbers.ts'

type Row = { message_id: string; user_id: string; mask: number }
type Mask = { mask: number }

/** Of which person, to which message. */
export type SetKey = { messageId: string; userId: string }
/** `revision`: of the totals that count the set first. */
export type ChangedSet = ReactionSetOf & { messageId: string; revision: number }

export const setKey = ({ messageId, userId }: SetKey): string => `${messageId} ${userId}`

/** A set that is empty again keeps its row: the archive still has the former one. */
export class ReactionSets {
  readonly numbers: EmojiNumbers
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.numbers = new EmojiNumbers(sql)
  }

  find(messageId: string, userId: string): string[] {
    const query = 'select mask from reaction_sets where message_id = ? and user_id = ?'
    const [row] = this.#sql.exec<Mask>(query, messageId, userId).toArray()
    return this.numbers.emojiOf(row?.mask ?? 0)
  }

  /** Those of these sets that exist, with one statement, by `setKey`. */
  among(keys: readonly SetKey[]): Map<string, string[]> {
    // The cross join keeps the order of the tables, so that each set is found by its key.
    const query = `select message_id, user_id, mask
      from json_each(?) as asked cross join reaction_sets
        on message_id = asked.value ->> 0 and user_id = asked.value ->> 1`
    const asked = JSON.stringify(keys.map(({ messageId, userId }) => [messageId, userId]))
    const rows = this.#sql.exec<Row>(query, asked).toArray()
    return new Map(
      rows.map(({ message_id: messageId, user_id: userId, mask }) => [
        setKey({ messageId, userId }),
        this.numbers.emojiOf(mask),
      ]),
    )
  }

  /** Takes one statement, however many there are. */
  write(changed: readonly ChangedSet[]): void {
    if (changed.length === 0) return
    const rows = changed.map(({ messageId, user_id, reactions, revision }) => [
      ...[messageId, user_id, this.numbers.maskOf(reactions), revision],
    ])
    this.#sql.exec(
      // A replacement would count as two rows. Without a condition SQLite would read `on` as that of a join.
      `insert into reaction_sets (message_id, user_id, mask, revision)
       select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(?) where true
       on conflict do update set mask = excluded.mask, revision = excluded.revision`,
      JSON.stringify(rows),
    )
  }

  /** The sets of one message that have changed in this revision of its totals, or later. */
  changedSince(messageId: string, revision: number): ReactionSetOf[] {
    const query =
      'select user_id, mask from reaction_sets where message_id = ? and revision >= ? order by user_id'
    return this.#select(query, messageId, revision)
  }

  /** Those who chose something, in the order of their ids. @param emoji null: whatever it is */
  page(messageId: string, { above, emoji, limit }: WhoBounds): ReactionSetOf[] {
    if (emoji !== null && !this.numbers.known.includes(emoji)) return []
    const wanted = emoji === null ? -1 : this.numbers.maskOf([emoji])
    const query = `select user_id, mask from reaction_sets
      where message_id = ? and user_id > ? and mask & cast(? as integer) <> 0
      order by user_id limit ?`
    return this.#select(query, messageId, above, wanted, limit)
  }

  /** All that one person has chosen. Reads all rows. */
  ofUser(userId: string): { messageId: string; reactions: string[] }[] {
    const query = 'select message_id, mask from reaction_sets where user_id = ? and mask <> 0'
    const rows = this.#sql.exec<Pick<Row, 'message_id' | 'mask'>>(query, userId).toArray()
    return rows.map(({ message_id, mask }) => ({
      messageId: message_id,
      reactions: this.numbers.emojiOf(mask),
    }))
  }

  userIds(): string[] {
    const query = 'select distinct user_id from reaction_sets where mask <> 0'
    return this.#sql
      .exec<Pick<Row, 'user_id'>>(query)
      .toArray()
      .map(({ user_id }) => user_id)
  }

  #select(query: string, ...values: SqlStorageValue[]): ReactionSetOf[] {
    return this.#sql
      .exec<Pick<Row, 'user_id' | 'mask'>>(query, ...values)
      .toArray()
      .map(({ user_id, mask }) => ({ user_id, reactions: this.numbers.emojiOf(mask) }))
  }
}
