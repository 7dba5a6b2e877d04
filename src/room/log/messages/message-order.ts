// Reads rows that are stored by id in the order of their events. `created_seq` rises with the id, so
// only changed rows are in an index by `seq`; one message in 256 marks where among the ids a `seq` is.
// No index may hold every row: an entry is billed like a row, and most messages never change.

import type { IdRange } from '../../../domain/history.ts'
import { firstIdAt } from '../../../domain/ids.ts'
import type { OwnBounds } from '../../../domain/own-messages.ts'
import { fromRow, type LoggedMessage, type Row, rowColumns } from './message-row.ts'

/** Sorts before every id. */
const startOfIds = ''
/** Sorts after every id. */
export const endOfIds = '~'

// The conditions of two partial indexes. SQLite uses them for a query that has the same conditions.
export const isChanged = 'seq <> created_seq'
// The last byte of an id is random. If marks were chosen by `seq`, a client could prevent them: with
// edits at the right time it decides which numbers no new message gets. Without marks each read scans
// the whole log.
const isMark = "created_seq > 0 and substr(id, -2) = '00'"

export const isRefused = 'id in (select id from set_aside)'

export class MessageOrder {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The highest `seq` of all rows; 0: there are none. */
  latest(): number {
    return (
      this.#sql
        .exec<{ seq: number | null }>(
          `select max(seq) as seq from (
             select max(seq) as seq from messages where ${isChanged}
             union all
             select * from (
               select created_seq from messages where created_seq > 0 order by id desc limit 1
             )
           )`,
        )
        .one().seq ?? 0
    )
  }

  /** The rows that changed after `seq`, in event order. The caller may stop reading early. */
  *after(seq: number): Generator<LoggedMessage> {
    const changed = this.#sql.exec<Row>(
      `select ${rowColumns} from messages where ${isChanged} and seq > ? order by seq`,
      seq,
    )
    const unchanged = this.#sql.exec<Row>(
      `select ${rowColumns} from messages
         where id > ? and seq = created_seq and seq > ? order by id`,
      this.#markUpTo(seq),
      seq,
    )
    let change = changed.next().value
    for (const row of unchanged) {
      for (; change && change.seq < row.seq; change = changed.next().value) yield fromRow(change)
      yield fromRow(row)
    }
    for (; change; change = changed.next().value) yield fromRow(change)
  }

  /** How many rows changed after `seq`, counted up to `max`. */
  countAfter(seq: number, max: number): number {
    return this.#sql
      .exec<{ n: number }>(
        `select count(*) as n from (
           select 1 from messages where ${isChanged} and seq > ?1
           union all
           select 1 from messages where id > ?2 and seq = created_seq and seq > ?1
           limit ?3
         )`,
        seq,
        this.#markUpTo(seq),
        max,
      )
      .one().n
  }

  /** A user's rows that changed after `seq` or are dead letters, in id order. */
  ofUser(userId: string, seq: number, { above, limit }: OwnBounds): LoggedMessage[] {
    // Without `indexed by`, SQLite reads all changed rows by id, as the result is in that order.
    return this.#sql
      .exec<Row>(
        `select ${rowColumns} from messages indexed by messages_changed
           where ${isChanged} and seq > ?2 and user_id = ?1 and id > ?3
         union
         select ${rowColumns} from messages
           where id > max(?3, ?4) and seq = created_seq and seq > ?2 and user_id = ?1
         union
         select ${rowColumns} from messages where ${isRefused} and user_id = ?1 and id > ?3
         order by id limit ?5`,
        userId,
        seq,
        above ?? startOfIds,
        this.#markUpTo(seq),
        limit,
      )
      .toArray()
      .map(fromRow)
  }

  /**
   * The rows of a range of ids that changed after `seq` or are dead letters, newest first and at most `max`.
   * The caller may stop reading early.
   */
  *unflushed({ from, below }: IdRange, seq: number, max: number): Generator<LoggedMessage> {
    // Only ids are sorted, so that only the texts that the caller reads are loaded.
    const ids = this.#sql
      .exec<{ id: string }>(
        `select id from messages indexed by messages_changed
           where ${isChanged} and seq > ?1 and id >= ?2 and id < ?3
         union
         select id from (
           select id from messages
             where id >= max(?2, ?4) and id < ?3 and seq = created_seq and seq > ?1
             order by id desc limit ?5
         )
         union
         select id from messages where ${isRefused} and id >= ?2 and id < ?3
         order by id desc limit ?5`,
        seq,
        from ?? startOfIds,
        below ?? endOfIds,
        this.#markUpTo(seq),
        max,
      )
      .toArray()
    for (const { id } of ids)
      yield fromRow(
        this.#sql.exec<Row>(`select ${rowColumns} from messages where id = ?`, id).one(),
      )
  }

  createdSince(ms: number, max: number): { user_id: string; id: string }[] {
    const query = 'select user_id, id from messages where id >= ? order by id desc limit ?'
    return this.#sql
      .exec<{ user_id: string; id: string }>(query, firstIdAt(ms), max)
      .toArray()
      .reverse()
  }

  /** The first event after `seq` whose row was created or changed at `ms` or later. */
  firstSince(seq: number, ms: number): number | null {
    const isSince = '(id >= ?2 or updated_at >= ?3)'
    return this.#sql
      .exec<{ seq: number | null }>(
        `select min(seq) as seq from (
           select * from (
             select seq from messages where ${isChanged} and seq > ?1 and ${isSince}
             order by seq limit 1
           )
           union all
           select * from (
             select seq from messages where seq = created_seq and seq > ?1 and ${isSince}
             order by id limit 1
           )
         )`,
        seq,
        firstIdAt(ms),
        ms,
      )
      .one().seq
  }

  /**
   * The `created_seq` of the message that has this many newer ones; 0: there are fewer messages.
   */
  createdSeqAtOffset(newer: number): number {
    const query = 'select created_seq from messages order by id desc limit 1 offset ?'
    return this.#sql.exec<{ created_seq: number }>(query, newer).toArray()[0]?.created_seq ?? 0
  }

  /** Deletes the rows whose latest event is `seq` or earlier, except for dead letters. */
  prune(seq: number): void {
    this.#sql.exec(`delete from messages where ${isChanged} and seq <= ? and not ${isRefused}`, seq)
    this.#sql.exec(
      `delete from messages where id < ? and seq = created_seq and seq <= ? and not ${isRefused}`,
      this.#markAfter(seq),
      seq,
    )
  }

  /** An id below all messages that were created after `seq`. */
  #markUpTo(seq: number): string {
    const query = `select id from messages
      where ${isMark} and created_seq <= ? order by created_seq desc limit 1`
    return this.#id(query, seq) ?? startOfIds
  }

  /** An id above all messages that were created up to `seq`. */
  #markAfter(seq: number): string {
    const query = `select id from messages
      where ${isMark} and created_seq > ? order by created_seq limit 1`
    return this.#id(query, seq) ?? endOfIds
  }

  #id(query: string, seq: number): string | undefined {
    return this.#sql.exec<{ id: string }>(query, seq).toArray()[0]?.id
  }
}
