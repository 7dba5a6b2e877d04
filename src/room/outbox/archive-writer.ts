// Writes rows to the archive, in one request if it accepts them. A refused batch is halved until
// each refused row is alone. After an outage the next batches are smaller, so that there is
// progress whatever limit the archive has, and however that limit shows.

import { blameOf } from '../../domain/archive-fault.ts'
import { fenceMismatch } from '../../domain/fence.ts'
import type { Meta } from '../log/meta.ts'
import type { Archive } from '../ports.ts'

const rowsMax = 2_000
/** The factor by which a batch grows after each write that succeeds. */
const growth = 1.25

/**
 * How to write rows of one kind, and what to do with each part of them as soon as it is settled.
 */
export type WriteJob<R> = {
  write: (rows: R[]) => Promise<void>
  /** Runs when the archive has these rows. */
  written: (rows: R[]) => void
  /** Runs when the archive refuses this row. */
  refused: (row: R, code: string) => void
  /** Whether the rows changed in the meantime: from then on none of them may be settled. */
  isStale?: () => boolean
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

  /**
   * Stored, because a room that hibernates between two tries would begin with the largest each
   * time.
   */
  set rowsMax(count: number) {
    if (count !== this.rowsMax) this.#meta.set('flush_rows_max', count)
  }

  /**
   * Settles each part as soon as it is written, so that an outage later on loses none of it.
   * @returns the fault code of the outage, or null
   */
  async write<R>(rows: R[], job: WriteJob<R>): Promise<string | null> {
    const isStale = () => job.isStale?.() ?? false
    const [first] = rows
    if (first === undefined || isStale()) return null
    const write = () => job.write(rows)
    const fault = await this.#attempt(write)
    if (fault !== null && !(await this.#areRowsToBlame(fault, rows.length, write))) {
      // Fewer rows do not mend a mismatch of the fence.
      if (fault !== fenceMismatch) this.rowsMax = Math.max(1, this.rowsMax >> 1)
      return fault
    }
    if (isStale()) return null
    if (fault === null) {
      this.rowsMax = Math.min(rowsMax, Math.ceil(this.rowsMax * growth))
      job.written(rows)
    } else if (rows.length === 1) job.refused(first, fault)
    else {
      const half = rows.length >> 1
      return (
        (await this.write(rows.slice(0, half), job)) ?? (await this.write(rows.slice(half), job))
      )
    }
    return null
  }

  /** Whether the rows caused a fault, and not the archive. */
  async #areRowsToBlame(
    fault: string,
    count: number,
    retry: () => Promise<void>,
  ): Promise<boolean> {
    const blame = blameOf(fault)
    if (blame !== 'unclear') return blame === 'rows'
    if ((await this.#attempt(() => this.#archive.write([], null))) !== null) return false
    // A single row is tried again before it is refused, because the fault may have been temporary.
    return count > 1 || (await this.#attempt(retry)) === fault
  }

  /** Catches only errors of the archive. @returns the fault code, or null */
  async #attempt(write: () => Promise<void>): Promise<string | null> {
    try {
      await write()
      return null
    } catch (error) {
      return this.#archive.faultCode(error)
    }
  }
}
