// Writes rows to the archive, all at once if it takes them. A refused batch is halved until the
// guilty rows stand alone; after an outage the next batches are smaller, so that there is progress
// whatever limit the other side has, and however it shows.

import { blameOf } from '../../domain/archive-fault.ts'
import type { Meta } from '../log/meta.ts'
import type { Archive } from '../ports.ts'

const rowsMax = 2_000
/** By how much a batch grows with each write that succeeds. */
const growth = 1.25

/** How rows of one kind are written, and what becomes of each piece of them, at once. */
export type Consignment<R> = {
  write: (rows: R[]) => Promise<void>
  /** The archive has these. */
  written: (rows: R[]) => void
  /** The archive refuses this one. */
  refused: (row: R, code: string) => void
  /** The rows are no longer what is to be written: from now on none of them may be settled. */
  isOutdated?: () => boolean
}

export class ArchiveWriter {
  readonly #archive: Archive
  readonly #meta: Meta

  constructor(archive: Archive, meta: Meta) {
    this.#archive = archive
    this.#meta = meta
  }

  /** How many rows the next batch should have at most. */
  get rowsMax(): number {
    return this.#meta.number('flush_rows_max') || rowsMax
  }

  /** Kept, as the room may sleep between two tries and would begin with the largest each time. */
  set rowsMax(count: number) {
    if (count !== this.rowsMax) this.#meta.set('flush_rows_max', count)
  }

  /** Each piece is settled at once, so that an outage on the way costs nothing of it. Gives the outage. */
  async write<R>(rows: R[], consignment: Consignment<R>): Promise<string | null> {
    const isOutdated = () => consignment.isOutdated?.() ?? false
    const [first] = rows
    if (first === undefined || isOutdated()) return null
    const write = () => consignment.write(rows)
    const fault = await this.#attempt(write)
    if (fault !== null && !(await this.#blames(fault, rows.length, write))) {
      this.rowsMax = Math.max(1, this.rowsMax >> 1)
      return fault
    }
    if (isOutdated()) return null
    if (fault === null) {
      this.rowsMax = Math.min(rowsMax, Math.ceil(this.rowsMax * growth))
      consignment.written(rows)
    } else if (rows.length === 1) consignment.refused(first, fault)
    else {
      const half = rows.length >> 1
      return (
        (await this.write(rows.slice(0, half), consignment)) ??
        (await this.write(rows.slice(half), consignment))
      )
    }
    return null
  }

  /** Whether the rows are to blame for a fault, and not the archive. */
  async #blames(fault: string, count: number, again: () => Promise<void>): Promise<boolean> {
    const blame = blameOf(fault)
    if (blame !== 'unclear') return blame === 'rows'
    if ((await this.#attempt(() => this.#archive.write([]))) !== null) return false
    // Before a single row is given up it is tried again: the refusal may have been of that moment.
    return count > 1 || (await this.#attempt(again)) === fault
  }

  /** The code of what went wrong, or null. Only errors of the archive are caught here. */
  async #attempt(write: () => Promise<void>): Promise<string | null> {
    try {
      await write()
      return null
    } catch (error) {
      return this.#archive.faultCode(error)
    }
  }
}
