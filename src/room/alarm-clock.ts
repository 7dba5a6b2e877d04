// The one alarm that an object has, always armed for the earliest duty.

export class AlarmClock {
  readonly #storage: DurableObjectStorage
  #armedFor: number | null = null

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** What is armed from before this start of the room. */
  async recall(): Promise<void> {
    this.#armedFor = await this.#storage.getAlarm()
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
    const due = Math.max(now, this.#armedFor ?? 0)
    this.#armedFor = null
    return due
  }
}
