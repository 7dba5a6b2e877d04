// Runs one flush to Postgres: dirty rows in event order, in few idempotent writes. Rows that
// Postgres refuses become dead letters, so that they do not block the others.

import type { ArchiveRow, UnknownAuthors } from '../../domain/archive-row.ts'
import { fenceMismatch } from '../../domain/fence.ts'
import { atMostNow, type Clock } from '../clock/clock.ts'
import type { Change } from '../log/event-kind.ts'
import type { Log } from '../log/log.ts'
import type { MarkedRows } from '../log/marked-table.ts'
import type { Meta } from '../log/meta.ts'
import type { Archive } from '../ports.ts'
import { ArchiveWriter } from './archive-writer.ts'
import type { DeadLetters } from './dead-letters.ts'
import { LastSeen, type LastSeenEntry } from './last-seen.ts'
import { OutboxFence } from './outbox-fence.ts'
import { writeMarkedRows } from './write-marked-rows.ts'

/** The most bytes of one request. Neon accepts at least 10 MiB. */
const bytesMax = 4 * 1024 * 1024
/** The most dead letters that one flush tries again. */
const deadLettersMax = 100

type Uses = {
  sql: SqlStorage
  log: Log
  markedTables: readonly MarkedRows[]
  meta: Meta
  archive: Archive
  deadLetters: DeadLetters
  clock: Clock
}

/** A row that the archive does not have yet. */
type DirtyRow = { row: ArchiveRow; seq: number; deadLetterKey: string }

/** @returns undefined if rows of this kind are not archived, or the row has expired */
function dirtyRow({ kind: { archived }, row }: Change): DirtyRow | undefined {
  const archiveRow = archived?.toArchive(row)
  if (!archived || !archiveRow) return undefined
  return { row: archiveRow, seq: row.seq, deadLetterKey: archived.deadLetterKey(row) }
}

export class Flush {
  readonly #uses: Uses
  readonly #lastSeen: LastSeen
  readonly #writer: ArchiveWriter
  readonly fence: OutboxFence
  #rewrites = 0

  constructor(uses: Uses) {
    this.#uses = uses
    this.#lastSeen = new LastSeen(uses.sql)
    this.#writer = new ArchiveWriter(uses.archive, uses.meta)
    this.fence = new OutboxFence(uses)
  }

  get flushedSeq(): number {
    return this.#uses.meta.number('flushed_seq')
  }

  get hasWork(): boolean {
    const { log, markedTables } = this.#uses
    return (
      log.position.seq > this.flushedSeq ||
      !this.#lastSeen.isEmpty ||
      markedTables.some((table) => table.countDirty(1) > 0)
    )
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
    const outage =
      (this.fence.isUnchecked ? await this.fence.compare() : null) ??
      (await this.#writeChanges()) ??
      (await this.#writeMarkedRows()) ??
      (await this.#writeLastSeen())
    return outage === fenceMismatch ? ((await this.fence.readFault()) ?? outage) : outage
  }

  async #writeChanges(): Promise<string | null> {
    const { log, meta } = this.#uses
    const head = log.position.seq
    while (this.flushedSeq < head) {
      const rows = this.#nextRows()
      // The remaining events are of kinds that are not archived.
      if (rows.length === 0) meta.set('flushed_seq', head)
      const outage = await this.#writeBatch(rows)
      if (outage !== null) return outage
    }
    return this.#writeBatch(this.#dueDeadLetters())
  }

  #writeMarkedRows(): Promise<string | null> {
    const { flushedSeq, fence } = this
    return writeMarkedRows({ ...this.#uses, writer: this.#writer, fence, flushedSeq })
  }

  /** The next batch in event order, so that all rows below the last one are in it or written. */
  #nextRows(): DirtyRow[] {
    const { log, archive } = this.#uses
    const { rowsMax } = this.#writer
    const rows: DirtyRow[] = []
    let bytes = 0
    for (const change of log.changesAfter(this.flushedSeq)) {
      const dirty = dirtyRow(change)
      if (!dirty) continue
      bytes += archive.bytesOf(dirty.row)
      if (rows.length === rowsMax || (bytes > bytesMax && rows.length > 0)) break
      rows.push(dirty)
    }
    return rows
  }

  #dueDeadLetters(): DirtyRow[] {
    const { deadLetters, clock } = this.#uses
    const max = Math.min(deadLettersMax, this.#writer.rowsMax)
    return (
      deadLetters
        .due(clock.now(), max)
        .flatMap((change) => dirtyRow(change) ?? [])
        // A row that changed since then is dirty, and is written in event order.
        .filter(({ seq }) => seq <= this.flushedSeq)
    )
  }

  #writeBatch(batch: DirtyRow[]): Promise<string | null> {
    const { archive, deadLetters, clock } = this.#uses
    const rewrites = this.#rewrites
    return this.#writer.write(batch, {
      write: (rows) =>
        this.fence.guard(this.#seqAfter(rows), (check) =>
          archive.write(
            rows.map(({ row }) => row),
            check,
            this.#unknownAuthors,
          ),
        ),
      written: (rows) => {
        deadLetters.remove(rows.map(({ deadLetterKey }) => deadLetterKey))
        this.fence.written(this.#seqAfter(rows))
        this.#advance(rows)
      },
      refused: (row, code) => {
        deadLetters.add(row.deadLetterKey, code, clock.now())
        this.#advance([row])
      },
      isStale: () => rewrites !== this.#rewrites,
    })
  }

  /** After a backup was restored, Postgres may not know authors. See `Rearchive`. */
  get #unknownAuthors(): UnknownAuthors {
    const { meta, clock } = this.#uses
    const isRearchiving =
      this.flushedSeq < meta.number('rearchive_until') ||
      clock.now() < meta.number('placeholders_until')
    return isRearchiving ? 'placeholder' : 'refuse'
  }

  /** Postgres has every event up to this one when it has these rows. */
  #seqAfter(rows: DirtyRow[]): number {
    return Math.max(this.flushedSeq, rows.at(-1)?.seq ?? 0)
  }

  /**
   * Advances to the `seq` that was read, not to the head: a row that changed since is dirty again.
   */
  #advance(rows: DirtyRow[]): void {
    this.#uses.meta.set('flushed_seq', this.#seqAfter(rows))
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
