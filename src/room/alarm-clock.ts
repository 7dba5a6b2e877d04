// The one alarm that an object has, always armed for the earliest duty.

export class AlarmClock {
  readonly #storage: DurableObjectStorage
  #armedFor: number | null = null
  /** What was armed before this start of the room, until one has rung: it may be what started it. */
  #recalled: number | null = null

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** What is armed from before this start of the room. */
  async recall(): Promise<void> {
    this.#recalled = await this.#storage.getAlarm()
    this.#armedFor = this.#recalled
  }

  /** @param duties when each duty is due, in milliseconds; null: never */
  arm(duties: readonly (number | null)[]): void {
    const due = duties.filter((at) => at !== null)
    const earliest = due.length > 0 ? Math.min(...due) : null
    if (earliest === this.#armedFor) return
    this.#armedFor = earliest
    if (earliest === null) void this.#storage.deleteAlarm()
    else void this.#storage.setAlarm(earliest)
  }

  /** It rang. Gives the time to go by: what it was armed for is due, whatever the clock says. */
  rang(now: number): number {
    const rung = Math.min(this.#armedFor ?? now, this.#recalled ?? Number.POSITIVE_INFINITY)
    this.#armedFor = null
    this.#recalled = null
    return Math.max(now, rung)
  }
}
