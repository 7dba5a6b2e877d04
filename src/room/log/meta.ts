// Stores the room's single values in SQLite. They are read once, at the start of the room.

/** Keys keep their names, also old words such as `beat_at`: the release before reads them too. */
export type MetaKey =
  | 'epoch'
  | 'head_seq'
  | 'last_id'
  | 'flushed_seq'
  | 'archived_kinds'
  | 'fence_seq'
  | 'fence_unchecked_at'
  | 'former_epochs'
  | 'generation'
  | 'replace_due'
  | 'restore_due'
  | 'restored_at'
  | 'sealed_at'
  | 'tokens_valid_from'
  | 'rearchive_until'
  | 'rearchive_missing'
  | 'rearchive_endings_after'
  | 'rearchive_erasures_after'
  | 'placeholders_until'
  | 'pruned_seq'
  | 'expired_before'
  | 'flush_failures'
  | 'flush_error'
  | 'flush_retry_at'
  | 'flush_rows_max'
  | 'beat_at'
  | 'duty_failed_at'
  | 'revocations_pruned_at'
  | 'client_ids_turn'
  | 'client_ids_since'
  | 'moderation_revision'
  | 'moderation_tidied_at'
  | 'reactions_untold'
  | 'sent_away_at'
  | 'close_stayed_at'

export class Meta {
  readonly #sql: SqlStorage
  readonly #values = new Map<string, string | number>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.reload()
  }

  /** Must be called when a transaction that may have set values was rolled back. */
  reload(): void {
    this.#values.clear()
    for (const { key, value } of this.#sql.exec<{ key: string; value: string | number }>(
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

  delete(key: MetaKey): void {
    if (!this.#values.has(key)) return
    this.#sql.exec('delete from meta where key = ?', key)
    this.#values.delete(key)
  }
}
