// How far people have read: the id of a message for each person, which only rises. Nobody but the person
// learns of it.

import { MarkedTable } from '../marked-table.ts'

type Row = { user_id: string; message_id: string; revision: number }

/** How far one person has read. */
export type ReadMarkerEntry = { userId: string; messageId: string }

/** Markers of one statement: a value has at most 2 MB. */
const entriesMax = 5_000

export class ReadMarkerTable {
  readonly table: MarkedTable<Row>
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.table = new MarkedTable<Row>(sql, {
      name: 'read_markers',
      columns: ['user_id', 'message_id', 'revision'],
      key: 'user_id',
      toArchive: ({ user_id, message_id }) => ({
        kind: 'read_markers',
        state: { user_id, message_id },
      }),
    })
  }

  /** The newest message that the person has read, as far as it is written; null: there is none. */
  find(userId: string): string | null {
    return this.table.find(userId)?.message_id ?? null
  }

  /** Writes the markers that are newer than those in the table. @returns whether there was one */
  raise(entries: ReadMarkerEntry[]): boolean {
    let rowsWritten = 0
    for (let from = 0; from < entries.length; from += entriesMax)
      rowsWritten += this.#raise(entries.slice(from, from + entriesMax))
    return rowsWritten > 0
  }

  /** The people who have a marker. */
  userIds(): string[] {
    return this.table.select('true').map(({ user_id }) => user_id)
  }

  removeUser(userId: string): void {
    this.table.delete('user_id = ?', userId)
  }

  /** One statement, which passes over the markers that have not risen. @returns the rows written */
  #raise(entries: ReadMarkerEntry[]): number {
    // The revision only tells a row from its earlier states, so each row has a count of its own.
    return this.#sql.exec(
      `insert into read_markers (user_id, message_id, revision, is_dirty)
       select value ->> 0, value ->> 1, 1, 1 from json_each(?) where true
       on conflict (user_id) do update
         set message_id = excluded.message_id, revision = revision + 1, is_dirty = 1
         where excluded.message_id > message_id`,
      JSON.stringify(entries.map(({ userId, messageId }) => [userId, messageId])),
    ).rowsWritten
  }
}
