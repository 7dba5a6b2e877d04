// One delivery to Postgres: dirty rows in the order of their events, in few idempotent writes. What
// Postgres refuses is halved until the guilty rows stand alone, and those are set aside.

import type { Clock } from './clock.ts'
import { Departures } from './departures.ts'
import type { Log } from './log.ts'
import type { Meta } from './meta.ts'
import type { Archive } from './parts.ts'
import type { LoggedMessage } from './rows.ts'
import type { SetAside } from './set-aside.ts'

const rowsMax = 2_000
const bytesMax = 4 * 1024 * 1024
/** How many rows that were set aside are tried again in one flight. */
const asideMax = 100

/** Data exceptions and violated constraints blame a row; anything else blames the archive. */
const blamesRow = (code: string) => /^2[23]\w{3}$/.test(code)

type Uses = {
  sql: SqlStorage
  log: Log
  meta: Meta
  archive: Archive
  setAside: SetAside
  clock: Clock
}

/** Rows as they were read, and how often rows had been rewritten in place by then. */
type Batch = { rows: LoggedMessage[]; rewrites: number }

export class Delivery {
  readonly #uses: Uses
  readonly #departures: Departures
  #rewrites = 0

  constructor(uses: Uses) {
    this.#uses = uses
    this.#departures = new Departures(uses.sql)
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
      const outage = await this.#write({ rows, rewrites: this.#rewrites })
      if (outage !== null) return outage
    }
    return this.#write({ rows: this.#refusedLongAgo(), rewrites: this.#rewrites })
  }

  #nextRows(): LoggedMessage[] {
    const rows: LoggedMessage[] = []
    let bytes = 0
    for (const message of this.#uses.log.changesAfter(this.flushedSeq)) {
      // At most three bytes of UTF-8 stand for one UTF-16 unit.
      bytes += message.content.length * 3
      if (rows.length === rowsMax || (bytes > bytesMax && rows.length > 0)) break
      rows.push(message)
    }
    return rows
  }

  #refusedLongAgo(): LoggedMessage[] {
    const { log, setAside, clock } = this.#uses
    return (
      setAside
        .due(clock.now(), asideMax)
        .flatMap((id) => log.find(id) ?? [])
        // One that changed meanwhile is dirty: its turn comes in the order of the events.
        .filter(({ seq }) => seq <= this.flushedSeq)
    )
  }

  /** Each piece is settled at once, so that an outage on the way costs nothing of it. */
  async #write({ rows, rewrites }: Batch): Promise<string | null> {
    if (rows.length === 0 || rewrites !== this.#rewrites) return null
    const { archive, setAside, clock } = this.#uses
    const fault = await this.#attempt(() => archive.write(rows))
    if (fault !== null && !blamesRow(fault)) return fault
    if (rewrites !== this.#rewrites) return null
    const [only] = rows
    if (fault === null) setAside.release(rows)
    else if (only && rows.length === 1) setAside.add(only.id, fault, clock.now())
    else {
      const half = rows.length >> 1
      return (
        (await this.#write({ rows: rows.slice(0, half), rewrites })) ??
        (await this.#write({ rows: rows.slice(half), rewrites }))
      )
    }
    this.#advance(rows)
    return null
  }

  /** To the `seq` that was read, not to the head: a row that changed meanwhile is dirty again. */
  #advance(rows: LoggedMessage[]): void {
    this.#uses.meta.set('flushed_seq', Math.max(this.flushedSeq, rows.at(-1)?.seq ?? 0))
  }

  async #lastSeen(): Promise<string | null> {
    const departures = this.#departures.next(rowsMax)
    if (departures.length === 0) return null
    const fault = await this.#attempt(() => this.#uses.archive.writeLastSeen(departures))
    // A fault that is not an outage: a time of leaving is not worth blocking the messages for.
    if (fault !== null && !blamesRow(fault)) return fault
    this.#departures.settle(departures)
    return null
  }

  /** The code of what went wrong, or null. Only errors of the archive are caught here. */
  async #attempt(write: () => Promise<void>): Promise<string | null> {
    try {
      await write()
      return null
    } catch (error) {
      return this.#uses.archive.faultCode(error)
    }
  }
}
