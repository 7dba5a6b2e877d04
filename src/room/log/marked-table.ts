// A table whose rows are marked until the archive has them, because they have no `seq` or keep it over
// changes of the log. The outbox writes the marked rows of all such tables.

import type { ArchiveRow } from '../../domain/archive-row.ts'

/** `is_dirty`: 1 until the archive has the row; 2: the archive refused it, and it is a dead letter. */
const refused = 2

export type MarkedRow = { key: string; revision: number; archiveRow: ArchiveRow }

/** What the outbox needs of such a table. */
export type MarkedRows = Pick<
  MarkedTable<Columns>,
  'name' | 'countDirty' | 'dirty' | 'settle' | 'refuse' | 'markAll' | 'markAgain' | 'removeSettled'
>

type Columns = Record<string, SqlStorageValue>

type Definition<R extends Columns> = {
  name: 'room_state' | 'restrictions' | 'word_list' | 'reports' | 'audit' | 'read_markers'
  /** All columns but `is_dirty`. A later release may have added others. */
  columns: readonly (keyof R & string)[]
  key: keyof R & string
  toArchive: (row: R) => ArchiveRow
}

export class MarkedTable<R extends Columns> {
  readonly name: string
  readonly #sql: SqlStorage
  readonly #definition: Definition<R>

  constructor(sql: SqlStorage, definition: Definition<R>) {
    this.name = definition.name
    this.#sql = sql
    this.#definition = definition
  }

  /** Replaces the row with the same key, and marks it. */
  write(row: R): void {
    const { columns } = this.#definition
    this.#sql.exec(
      `insert or replace into ${this.name} (${columns.join(', ')}, is_dirty)
       values (${columns.map(() => '?').join(', ')}, 1)`,
      ...columns.map((column) => row[column]),
    )
  }

  select(where: string, ...values: SqlStorageValue[]): R[] {
    const columns = this.#definition.columns.join(', ')
    const query = `select ${columns} from ${this.name} where ${where}`
    return this.#sql.exec<R>(query, ...values).toArray()
  }

  find(key: string): R | undefined {
    return this.select(`${this.#definition.key} = ?`, key).at(0)
  }

  delete(where: string, ...values: SqlStorageValue[]): void {
    this.#sql.exec(`delete from ${this.name} where ${where}`, ...values)
  }

  /** Changes rows in place, without another write to the archive. */
  update(set: string, where: string, ...values: SqlStorageValue[]): void {
    this.#sql.exec(`update ${this.name} set ${set} where ${where}`, ...values)
  }

  /** Takes over a row that the archive has, unless the own one is as new. */
  restore(row: R): void {
    const known = this.find(String(row[this.#definition.key]))
    if (known && Number(known.revision) >= Number(row.revision)) return
    this.write(row)
    this.settle([this.#markedRow(row)])
  }

  countDirty(max: number): number {
    const query = `select count(*) as n from (select 1 from ${this.name} where is_dirty = 1 limit ?)`
    return this.#sql.exec<{ n: number }>(query, max).one().n
  }

  dirty(max: number): MarkedRow[] {
    return this.select('is_dirty = 1 limit ?', max).map((row) => this.#markedRow(row))
  }

  /** The archive has these rows. One that has changed since stays marked. */
  settle(rows: MarkedRow[]): void {
    this.#mark(rows, 0)
  }

  refuse(row: MarkedRow): void {
    this.#mark([row], refused)
  }

  /** A dead letter is tried again. */
  markAgain(key: string): void {
    this.update('is_dirty = 1', `${this.#definition.key} = ? and is_dirty = ${refused}`, key)
  }

  /** Removes the rows that the archive has, before those that it has now take their place. */
  removeSettled(): void {
    this.delete('is_dirty = 0')
  }

  /** The archive was set back: everything is written again. */
  markAll(): void {
    this.#sql.exec(`update ${this.name} set is_dirty = 1`)
  }

  #mark(rows: MarkedRow[], mark: number): void {
    this.#sql.exec(
      `update ${this.name} set is_dirty = ?1
       where (${this.#definition.key}, revision) in
         (select value ->> 0, value ->> 1 from json_each(?2))`,
      mark,
      JSON.stringify(rows.map(({ key, revision }) => [key, revision])),
    )
  }

  #markedRow(row: R): MarkedRow {
    const { key, toArchive } = this.#definition
    return { key: String(row[key]), revision: Number(row.revision), archiveRow: toArchive(row) }
  }
}
