// Where the part of the log begins that has all messages. Below it only recent changes and dead letters
// are left.

export class ContiguousTail {
  readonly #sql: SqlStorage
  #from: string | null

  constructor(sql: SqlStorage, prunedSeq: number) {
    this.#sql = sql
    this.#from = this.#find(prunedSeq)
  }

  /** The oldest id of the tail; null: there is no tail. */
  get from(): string | null {
    return this.#from
  }

  /** Must be called when a message was added. */
  added(id: string): void {
    this.#from ??= id
  }

  /** Must be called when messages were deleted, or will be up to this event. */
  findAgain(prunedSeq: number): void {
    this.#from = this.#find(prunedSeq)
  }

  snapshot(): () => void {
    const from = this.#from
    return () => {
      this.#from = from
    }
  }

  #find(prunedSeq: number): string | null {
    const query = 'select id from messages where created_seq > ? order by id limit 1'
    return this.#sql.exec<{ id: string }>(query, prunedSeq).toArray()[0]?.id ?? null
  }
}
