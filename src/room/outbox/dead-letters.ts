// Lists the rows that Postgres refused: their keys and the fault codes. They stay in the log,
// `/ready` counts them, and they are tried again when they change and once a day.

import type { DeadLetter } from '../../contract/room-report.ts'
import { logError } from '../../logger.ts'
import type { Change, EventKind } from '../log/event-kind.ts'
import type { MarkedRows } from '../log/marked-table.ts'

const retryMs = 24 * 60 * 60 * 1000

/** The key of a marked row among the dead letters of all kinds. */
export const markedKey = (table: string, key: string) => `${table}:${key}`

export class DeadLetters {
  readonly #sql: SqlStorage
  readonly #kinds: readonly EventKind[]
  readonly #markedTables: readonly MarkedRows[]
  /** Kept in memory, because every call of the room reads it to arm the alarm. */
  #nextRetry: number | null

  constructor(
    sql: SqlStorage,
    { kinds, markedTables }: { kinds: readonly EventKind[]; markedTables: readonly MarkedRows[] },
    now: number,
  ) {
    this.#sql = sql
    this.#kinds = kinds
    this.#markedTables = markedTables
    // A later time was written before the clock was set back.
    const latest = now + retryMs
    sql.exec('update set_aside set retry_at = ?1 where retry_at > ?1', latest)
    this.#nextRetry = this.#findNextRetry()
  }

  get count(): number {
    return this.#sql.exec<{ n: number }>('select count(*) as n from set_aside').one().n
  }

  /** When to try the next row again, in milliseconds; null: there is none. */
  get nextRetry(): number | null {
    return this.#nextRetry
  }

  /** @param code the fault code of the refusal, as `Archive.faultCode` gives it */
  add(key: string, code: string, now: number): void {
    this.#sql.exec(
      'insert or replace into set_aside (id, code, retry_at) values (?, ?, ?)',
      key,
      code,
      now + retryMs,
    )
    this.#nextRetry = this.#findNextRetry()
    logError('dead_letter_added', { key, code })
  }

  /** Removes these dead letters, because Postgres has accepted the rows. */
  remove(keys: string[]): void {
    if (this.count === 0) return
    for (const key of keys) this.#sql.exec('delete from set_aside where id = ?', key)
    this.#nextRetry = this.#findNextRetry()
  }

  /** The rows to try again now. */
  due(now: number, max: number): Change[] {
    return this.#sql
      .exec<{ id: string }>('select id from set_aside where retry_at <= ? limit ?', now, max)
      .toArray()
      .flatMap(({ id }) => {
        if (this.#markAgain(id)) return []
        const found = this.#find(id)
        // A newer release wrote it, of a kind that this one lacks, before a roll-back.
        if (!found) this.#postpone(id, now)
        return found ?? []
      })
  }

  /** A marked row is written again with the others of its table. @returns whether it is one */
  #markAgain(id: string): boolean {
    const { table, key } = this.#markedRow(id) ?? {}
    if (!table || key === undefined) return false
    table.markAgain(key)
    this.remove([id])
    return true
  }

  #markedRow(id: string): { table: MarkedRows; key: string } | undefined {
    const at = id.indexOf(':')
    const table = this.#markedTables.find(({ name }) => name === id.slice(0, Math.max(0, at)))
    return table && { table, key: id.slice(at + 1) }
  }

  #postpone(key: string, now: number): void {
    this.#sql.exec('update set_aside set retry_at = ? where id = ?', now + retryMs, key)
    this.#nextRetry = this.#findNextRetry()
  }

  /** Lists the oldest rows first. */
  list(max: number): DeadLetter[] {
    return this.#sql
      .exec<{ id: string; code: string; retry_at: number }>(
        'select id, code, retry_at from set_aside order by id limit ?',
        max,
      )
      .toArray()
      .flatMap(({ id, code, retry_at }) => {
        const { kind, row } = this.#find(id) ?? {}
        const marked = this.#markedRow(id)
        const retryAt = new Date(retry_at).toISOString()
        if (marked) return { kind: marked.table.name, key: marked.key, code, retry_at: retryAt }
        if (!kind?.archived || !row) return []
        return {
          kind: kind.name,
          key: id,
          ...kind.archived.describe(row),
          code,
          retry_at: retryAt,
        }
      })
  }

  #find(key: string): Change | undefined {
    for (const kind of this.#kinds) {
      const row = kind.archived?.findDeadLetter(key)
      if (row) return { kind, row }
    }
    return undefined
  }

  /** Makes all rows due at once. */
  makeAllDue(now: number): void {
    this.#sql.exec('update set_aside set retry_at = ? where retry_at > ?', now, now)
    this.#nextRetry = this.#findNextRetry()
  }

  #findNextRetry(): number | null {
    return this.#sql.exec<{ at: number | null }>('select min(retry_at) as at from set_aside').one()
      .at
  }
}
