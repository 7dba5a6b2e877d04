// The one alarm that an object has: always armed for the earliest duty, moved only to earlier.

export class AlarmClock {
  readonly #storage: DurableObjectStorage
  #armedFor: number | null

  /** @param armedFor what the storage says is armed already */
  constructor(storage: DurableObjectStorage, armedFor: number | null) {
    this.#storage = storage
    this.#armedFor = armedFor
  }

  /** @param duties when each duty is due, in milliseconds; null: never */
  arm(duties: readonly (number | null)[]): void {
    const due = duties.filter((at) => at !== null)
    if (due.length === 0) return
    const earliest = Math.min(...due)
    if (this.#armedFor !== null && this.#armedFor <= earliest) return
    this.#armedFor = earliest
    void this.#storage.setAlarm(earliest)
  }

  /** It rang. Gives the time to go by: what it was armed for is due, whatever the clock says. */
  rang(now: number): number {
    const due = Math.max(now, this.#armedFor ?? 0)
    this.#armedFor = null
    return due
  }
}
