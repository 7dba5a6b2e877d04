// The room's part of a page of the history, and what became of a page while Postgres was asked for the
// rest of it. Neither moves more texts than a page has.

import type { Position } from '../../contract/entities.ts'
import type { Overlay, Shown, Tail } from '../../domain/history.ts'
import type { Erasures } from './erasures.ts'
import { endOfIds, type MessageEvents } from './message-events.ts'
import { fromRow, type LoggedMessage, type Row } from './message-row.ts'

/** Deleted messages that the archive still shows, of which a page is told: each is a few bytes. */
const hiddenMax = 100

/** Rows that a page reads before it ends, short as it is: much may have been deleted at once. */
const looksMax = 2_000

/** How the log is when it is looked at. */
type Extent = {
  session: Position
  /** Where the contiguous tail begins; null: there is none. */
  tailFrom: string | null
  /** Up to where Postgres has everything but what it refused. */
  flushedSeq: number
}

type Uses = { sql: SqlStorage; events: MessageEvents; erasures: Erasures }

export class HistoryPages {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** What is older than `before`; null: from the newest. */
  tail(before: string | null, limit: number, { session, tailFrom, flushedSeq }: Extent): Tail {
    const below = before ?? endOfIds
    const from = tailFrom ?? endOfIds
    const { rows, endsAt } = this.#undeleted(below, from, limit + 1)
    if (rows.length > limit) return { session, rows, floor: null, strays: [], straysCutAt: null }
    // The release before knows no `endsAt`: it trusts the archive in nothing below that.
    if (endsAt !== null)
      return { session, rows, floor: endsAt, strays: [], straysCutAt: endsAt, endsAt }

    const floor = from < below ? from : before
    const strays = this.#straysBelow(floor ?? endOfIds, limit + 1 - rows.length, flushedSeq)
    return { session, rows, floor, ...strays }
  }

  /** What became of the messages of a page. */
  overlay(shown: Shown[]): Overlay {
    return {
      newer: this.#all(
        `select messages.* from json_each(?) as shown
           cross join messages on messages.id = shown.value ->> 0
         where messages.revision > shown.value ->> 1`,
        JSON.stringify(shown.map(({ id, revision }) => [id, revision])),
      ),
      ended: this.#uses.erasures.among(shown.map(({ user_id }) => user_id)),
    }
  }

  /** @returns also where it stopped because it had read so many that were deleted */
  #undeleted(below: string, from: string, wanted: number) {
    const rows: LoggedMessage[] = []
    let looks = 0
    const newestFirst = 'select * from messages where id < ? and id >= ? order by id desc limit ?'
    for (const row of this.#uses.sql.exec<Row>(newestFirst, below, from, looksMax)) {
      if (row.is_deleted === 0) rows.push(fromRow(row))
      if (rows.length === wanted) break
      if (++looks === looksMax) return { rows, endsAt: row.id }
    }
    return { rows, endsAt: null }
  }

  /**
   * What the archive lacks, or has as it was. All else below the tail it has: the log forgets nothing
   * else, and is asked first.
   * @param wanted how many may be shown: with so many the page is full
   */
  #straysBelow(
    id: string,
    wanted: number,
    flushedSeq: number,
  ): Pick<Tail, 'strays' | 'straysCutAt'> {
    const strays: LoggedMessage[] = []
    const max = wanted + hiddenMax
    let shown = 0
    for (const stray of this.#uses.events.below(id, flushedSeq, max)) {
      strays.push(stray)
      if (!stray.is_deleted) shown++
      if (shown === wanted || strays.length === max) return { strays, straysCutAt: stray.id }
    }
    return { strays, straysCutAt: null }
  }

  #all(query: string, ...values: SqlStorageValue[]): LoggedMessage[] {
    return this.#uses.sql
      .exec<Row>(query, ...values)
      .toArray()
      .map(fromRow)
  }
}
