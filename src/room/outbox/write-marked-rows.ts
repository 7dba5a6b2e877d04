// Writes the rows that have no `seq` and are marked until the archive has them, table by table.

import type { Clock } from '../clock/clock.ts'
import type { MarkedRow, MarkedRows } from '../log/marked-table.ts'
import type { Archive } from '../ports.ts'
import type { ArchiveWriter } from './archive-writer.ts'
import { type DeadLetters, markedKey } from './dead-letters.ts'
import type { OutboxFence } from './outbox-fence.ts'

/** The most rows of one table and one request. A report may have a whole text. */
const rowsMax = 200

type Uses = {
  markedTables: readonly MarkedRows[]
  archive: Pick<Archive, 'write'>
  writer: ArchiveWriter
  fence: OutboxFence
  deadLetters: DeadLetters
  clock: Clock
  flushedSeq: number
}

/** @returns the fault code of an outage, or null */
export async function writeMarkedRows(uses: Uses): Promise<string | null> {
  const { markedTables, writer } = uses
  for (const table of markedTables) {
    const next = () => table.dirty(Math.min(rowsMax, writer.rowsMax))
    for (let rows = next(); rows.length > 0; rows = next()) {
      const outage = await writeBatch(uses, table, rows)
      if (outage !== null) return outage
    }
  }
  return null
}

function writeBatch(
  { archive, writer, fence, deadLetters, clock, flushedSeq }: Uses,
  table: MarkedRows,
  rows: MarkedRow[],
): Promise<string | null> {
  return writer.write(rows, {
    write: (batch) =>
      fence.guard(flushedSeq, (check) =>
        archive.write(
          batch.map(({ archiveRow }) => archiveRow),
          check,
        ),
      ),
    written(batch) {
      table.settle(batch)
      deadLetters.remove(batch.map(({ key }) => markedKey(table.name, key)))
      fence.written(flushedSeq)
    },
    refused(row, code) {
      table.refuse(row)
      deadLetters.add(markedKey(table.name, row.key), code, clock.now())
    },
  })
}
