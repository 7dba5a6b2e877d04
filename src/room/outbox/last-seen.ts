// When people were last here, until Postgres knows it.

export type Departure = {
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

  note({ user_id, at }: Departure): void {
    this.#sql.exec('insert or replace into departures values (?, ?)', user_id, at)
  }

  next(max: number): Departure[] {
    return this.#sql
      .exec<Departure>('select user_id, left_at as at from departures limit ?', max)
      .toArray()
  }

  /** Postgres knows these. One who left again meanwhile stays. */
  settle(departures: Departure[]): void {
    for (const { user_id, at } of departures)
      this.#sql.exec('delete from departures where user_id = ? and left_at = ?', user_id, at)
  }

  forget(userId: string): void {
    this.#sql.exec('delete from departures where user_id = ?', userId)
  }
}
