// Stores when users were last online, until Postgres has it.

export type LastSeenEntry = {
  user_id: string
  /** Milliseconds. */
  at: number
}

export class LastSeen {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  get isEmpty(): boolean {
    return this.next(1).length === 0
  }

  record({ user_id, at }: LastSeenEntry): void {
    this.#sql.exec('insert or replace into departures values (?, ?)', user_id, at)
  }

  next(max: number): LastSeenEntry[] {
    return this.#sql
      .exec<LastSeenEntry>('select user_id, left_at as at from departures limit ?', max)
      .toArray()
  }

  /** Removes entries that Postgres has. The entry of a user who has left again since then stays. */
  remove(entries: LastSeenEntry[]): void {
    for (const { user_id, at } of entries)
      this.#sql.exec('delete from departures where user_id = ? and left_at = ?', user_id, at)
  }

  removeUser(userId: string): void {
    this.#sql.exec('delete from departures where user_id = ?', userId)
  }
}
