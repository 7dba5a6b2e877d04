// One delivery to Postgres: dirty rows in the order of their events, in few idempotent writes. The
// rows that Postgres refuses are set aside, so that they hold up no others.

import { type Clock, pastTime } from '../clock/clock.ts'
import type { Log } from '../log/log.ts'
import type { LoggedMessage } from '../log/message-row.ts'
import type { Meta } from '../log/meta.ts'
import type { Archive } from '../ports.ts'
import { ArchiveWriter } from './archive-writer.ts'
import type { DeadLetters } from './dead-letters.ts'
import { type Departure, LastSeen } from './last-seen.ts'

/** Of one request. Neon takes 10 MiB at least. */
const bytesMax = 4 * 1024 * 1024
/** How many rows that were set aside are tried again in one flight. */
const asideMax = 100

type Uses = {
  sql: SqlStorage
  log: Log
  meta: Meta
  archive: Archive
  deadLetters: DeadLetters
  clock: Clock
}

export class Flush {
  readonly #uses: Uses
  readonly #departures: LastSeen
  readonly #writer: ArchiveWriter
  #rewrites = 0

  constructor(uses: Uses) {
    this.#uses = uses
    this.#departures = new LastSeen(uses.sql)
    this.#writer = new ArchiveWriter(uses.archive, uses.meta)
  }

  get flushedSeq(): number {
    return this.#uses.meta.number('flushed_seq')
  }

  get hasWork(): boolean {
    return this.#uses.log.position.seq > this.flushedSeq || !this.#departures.isEmpty
  }

  /**
   * Rows were rewritten without an event of their own. What is under way carries their old state, so
   * it settles nothing: all of it is written again.
   */
  noteRewrite(): void {
    this.#rewrites++
  }

  /** Everything up to the head of now. Gives the outage, if any. */
  async run(): Promise<string | null> {
    return (await this.#messages()) ?? (await this.#lastSeen())
  }

  async #messages(): Promise<string | null> {
    const { log, meta } = this.#uses
    const head = log.position.seq
    while (this.flushedSeq < head) {
      const rows = this.#nextRows()
      // What is left are events that stand in no row.
      if (rows.length === 0) meta.set('flushed_seq', head)
      const outage = await this.#write(rows)
      if (outage !== null) return outage
    }
    return this.#write(this.#refusedLongAgo())
  }

  #nextRows(): LoggedMessage[] {
    const { log, archive } = this.#uses
    const { rowsMax } = this.#writer
    const rows: LoggedMessage[] = []
    let bytes = 0
    for (const message of log.changesAfter(this.flushedSeq)) {
      bytes += archive.bytesOf(message)
      if (rows.length === rowsMax || (bytes > bytesMax && rows.length > 0)) break
      rows.push(message)
    }
    return rows
  }

  #refusedLongAgo(): LoggedMessage[] {
    const { log, deadLetters, clock } = this.#uses
    return (
      deadLetters
        .due(clock.now(), Math.min(asideMax, this.#writer.rowsMax))
        .flatMap((id) => log.find(id) ?? [])
        // One that changed meanwhile is dirty: its turn comes in the order of the events.
        .filter(({ seq }) => seq <= this.flushedSeq)
    )
  }

  #write(batch: LoggedMessage[]): Promise<string | null> {
    const { archive, deadLetters, clock } = this.#uses
    const rewrites = this.#rewrites
    return this.#writer.write(batch, {
      write: (rows) => archive.write(rows),
      written: (rows) => {
        deadLetters.release(rows)
        this.#advance(rows)
      },
      refused: (row, code) => {
        deadLetters.add(row.id, code, clock.now())
        this.#advance([row])
      },
      isOutdated: () => rewrites !== this.#rewrites,
    })
  }

  /** To the `seq` that was read, not to the head: a row that changed meanwhile is dirty again. */
  #advance(rows: LoggedMessage[]): void {
    this.#uses.meta.set('flushed_seq', Math.max(this.flushedSeq, rows.at(-1)?.seq ?? 0))
  }

  #lastSeen(): Promise<string | null> {
    const { archive, clock } = this.#uses
    const settle = (departures: Departure[]) => this.#departures.settle(departures)
    // The clock may have been set back since, and Postgres keeps the latest time of all.
    const asPast = ({ user_id, at }: Departure) => ({ user_id, at: pastTime(at, clock.wall()) })
    return this.#writer.write(this.#departures.next(this.#writer.rowsMax), {
      write: (departures) => archive.writeLastSeen(departures.map(asPast)),
      written: settle,
      // A time of leaving is not worth keeping for another try.
      refused: (departure) => settle([departure]),
    })
  }
}
