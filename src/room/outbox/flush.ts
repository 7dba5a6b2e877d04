// Runs one flush to Postgres: dirty rows in event order, in few idempotent writes. Rows that
// Postgres refuses become dead letters, so that they do not block the others.

import { atMostNow, type Clock } from '../clock/clock.ts'
import type { Log } from '../log/log.ts'
import type { LoggedMessage } from '../log/message-row.ts'
import type { Meta } from '../log/meta.ts'
import type { Archive } from '../ports.ts'
import { ArchiveWriter } from './archive-writer.ts'
import type { DeadLetters } from './dead-letters.ts'
import { LastSeen, type LastSeenEntry } from './last-seen.ts'

/** The most bytes of one request. Neon accepts at least 10 MiB. */
const bytesMax = 4 * 1024 * 1024
/** The most dead letters that one flush tries again. */
const deadLettersMax = 100

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
  readonly #lastSeen: LastSeen
  readonly #writer: ArchiveWriter
  #rewrites = 0

  constructor(uses: Uses) {
    this.#uses = uses
    this.#lastSeen = new LastSeen(uses.sql)
    this.#writer = new ArchiveWriter(uses.archive, uses.meta)
  }

  get flushedSeq(): number {
    return this.#uses.meta.number('flushed_seq')
  }

  get hasWork(): boolean {
    return this.#uses.log.position.seq > this.flushedSeq || !this.#lastSeen.isEmpty
  }

  /**
   * Must be called when rows were rewritten without an event of their own. A write that is under
   * way carries their old state, so it settles nothing, and all of its rows are written again.
   */
  noteRewrite(): void {
    this.#rewrites++
  }

  /** Writes everything up to the current head. @returns the fault code of an outage, or null */
  async run(): Promise<string | null> {
    return (await this.#writeMessages()) ?? (await this.#writeLastSeen())
  }

  async #writeMessages(): Promise<string | null> {
    const { log, meta } = this.#uses
    const head = log.position.seq
    while (this.flushedSeq < head) {
      const rows = this.#nextRows()
      // The remaining events, such as erasures, have no row in `messages`.
      if (rows.length === 0) meta.set('flushed_seq', head)
      const outage = await this.#writeBatch(rows)
      if (outage !== null) return outage
    }
    return this.#writeBatch(this.#dueDeadLetters())
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

  #dueDeadLetters(): LoggedMessage[] {
    const { log, deadLetters, clock } = this.#uses
    return (
      deadLetters
        .due(clock.now(), Math.min(deadLettersMax, this.#writer.rowsMax))
        .flatMap((id) => log.find(id) ?? [])
        // A row that changed since then is dirty, and is written in event order.
        .filter(({ seq }) => seq <= this.flushedSeq)
    )
  }

  #writeBatch(batch: LoggedMessage[]): Promise<string | null> {
    const { archive, deadLetters, clock } = this.#uses
    const rewrites = this.#rewrites
    return this.#writer.write(batch, {
      write: (rows) => archive.write(rows),
      written: (rows) => {
        deadLetters.remove(rows)
        this.#advance(rows)
      },
      refused: (row, code) => {
        deadLetters.add(row.id, code, clock.now())
        this.#advance([row])
      },
      isOutdated: () => rewrites !== this.#rewrites,
    })
  }

  /**
   * Advances to the `seq` that was read, not to the head: a row that changed since is dirty again.
   */
  #advance(rows: LoggedMessage[]): void {
    this.#uses.meta.set('flushed_seq', Math.max(this.flushedSeq, rows.at(-1)?.seq ?? 0))
  }

  #writeLastSeen(): Promise<string | null> {
    const { archive, clock } = this.#uses
    const remove = (entries: LastSeenEntry[]) => this.#lastSeen.remove(entries)
    // The clock may have been set back since then, and Postgres always keeps the latest time.
    const asPast = ({ user_id, at }: LastSeenEntry) => ({
      user_id,
      at: atMostNow(at, clock.wall()),
    })
    return this.#writer.write(this.#lastSeen.next(this.#writer.rowsMax), {
      write: (entries) => archive.writeLastSeen(entries.map(asPast)),
      written: remove,
      // A last-seen time is not worth another try.
      refused: (entry) => remove([entry]),
    })
  }
}
