// Reads the room's share of a history page, and afterwards the changes to that page while Postgres was
// read for the rest of it. Neither read may move more texts than a page holds.

import type { Position } from '../../../contract/entities.ts'
import type { MessageVersion, Overlay, RoomShare } from '../../../domain/history.ts'
import type { Erasures } from '../erasures/erasures.ts'
import type { Purges } from '../purges/purges.ts'
import { endOfIds, type MessageOrder } from './message-order.ts'
import { fromRow, type LoggedMessage, type Row, rowColumns } from './message-row.ts'

/** How many deleted messages that the archive still shows come with a page: each is a few bytes. */
const deletedStraysMax = 100

/** How many rows are read for a page. Many may be deleted, and then the page ends short. */
const rowsReadMax = 2_000

/** The state of the log when a page is read. */
type LogState = {
  session: Position
  /** The oldest id of the contiguous tail; null: there is no tail. */
  tailFrom: string | null
  /** Postgres has every event up to this one, except for dead letters. */
  flushedSeq: number
  /** Messages below this id have expired, though their rows may not be deleted yet. */
  expiredBefore: string
}

type Uses = { sql: SqlStorage; order: MessageOrder; erasures: Erasures; purges: Purges }

export class HistoryPages {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** The messages that are older than `before`; null: from the newest. */
  roomShare(
    before: string | null,
    limit: number,
    { session, tailFrom, flushedSeq, expiredBefore }: LogState,
  ): RoomShare {
    const below = before ?? endOfIds
    const from = tailFrom ?? endOfIds
    const { rows, endsAt } = this.#undeleted(
      below,
      from > expiredBefore ? from : expiredBefore,
      limit + 1,
    )
    if (rows.length > limit) return { session, rows, floor: null, strays: [], straysCutAt: null }
    // The previous release does not know `endsAt`: with `straysCutAt` it uses no archived row below.
    if (endsAt !== null)
      return { session, rows, floor: endsAt, strays: [], straysCutAt: endsAt, endsAt }

    const floor = from < below ? from : before
    const { strays, straysCutAt } = this.#straysBelow(
      floor ?? endOfIds,
      limit + 1 - rows.length,
      flushedSeq,
    )
    return {
      session,
      rows,
      floor,
      strays: strays.filter(({ id }) => id >= expiredBefore),
      straysCutAt,
    }
  }

  /** The changes to the messages of a page since it was read. */
  overlay(shown: MessageVersion[]): Overlay {
    const userIds = [...new Set(shown.map(({ user_id }) => user_id))]
    return {
      newer: this.#select(
        `with shown as (
           select value ->> 0 as shown_id, value ->> 1 as shown_revision from json_each(?)
         )
         select ${rowColumns} from shown cross join messages on id = shown_id
         where revision > shown_revision`,
        JSON.stringify(shown.map(({ id, revision }) => [id, revision])),
      ),
      ended: this.#uses.erasures.ofUsers(userIds),
      purged: this.#uses.purges.ofUsers(userIds),
    }
  }

  /** @returns `endsAt` as well, if it stopped because too many of the rows were deleted */
  #undeleted(below: string, from: string, wanted: number) {
    const rows: LoggedMessage[] = []
    let rowsRead = 0
    const newestFirst = `select ${rowColumns} from messages
      where id < ? and id >= ? order by id desc limit ?`
    for (const row of this.#uses.sql.exec<Row>(newestFirst, below, from, rowsReadMax)) {
      if (row.is_deleted === 0) rows.push(fromRow(row))
      if (rows.length === wanted) break
      if (++rowsRead === rowsReadMax) return { rows, endsAt: row.id }
    }
    return { rows, endsAt: null }
  }

  /**
   * The messages that the archive lacks or has in an older state. The archive has all others below
   * the tail, because the log prunes only what the archive has, and the log is read first.
   * @param wanted how many undeleted messages fill the page
   */
  #straysBelow(
    id: string,
    wanted: number,
    flushedSeq: number,
  ): Pick<RoomShare, 'strays' | 'straysCutAt'> {
    const strays: LoggedMessage[] = []
    const max = wanted + deletedStraysMax
    let shown = 0
    for (const stray of this.#uses.order.unflushed({ from: null, below: id }, flushedSeq, max)) {
      strays.push(stray)
      if (!stray.is_deleted) shown++
      if (shown === wanted || strays.length === max) return { strays, straysCutAt: stray.id }
    }
    return { strays, straysCutAt: null }
  }

  #select(query: string, ...values: SqlStorageValue[]): LoggedMessage[] {
    return this.#uses.sql
      .exec<Row>(query, ...values)
      .toArray()
      .map(fromRow)
  }
}
