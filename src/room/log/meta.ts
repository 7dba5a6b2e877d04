// Stores the room's single values in SQLite. They are read once, at the start of the room.

export type MetaKey =
  | 'epoch'
  | 'flushed_seq'
  | 'pruned_seq'
  | 'flush_failures'
  | 'flush_error'
  | 'flush_retry_at'
  | 'flush_rows_max'
  | 'beat_at'
  | 'duty_failed_at'
  | 'client_ids_turn'
  | 'client_ids_since'
  | 'sent_away_at'
  | 'close_stayed_at'

export class Meta {
  readonly #sql: SqlStorage
  readonly #values = new Map<string, string | number>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    for (const { key, value } of sql.exec<{ key: string; value: string | number }>(
      'select key, value from meta',
    ))
      this.#values.set(key, value)
  }

  number(key: MetaKey): number {
    return Number(this.#values.get(key) ?? 0)
  }

  text(key: MetaKey): string | null {
    const value = this.#values.get(key)
    return value === undefined ? null : String(value)
  }

  set(key: MetaKey, value: string | number): void {
    if (this.#values.get(key) === value) return
    this.#sql.exec('insert or replace into meta values (?, ?)', key, value)
    this.#values.set(key, value)
  }
}
