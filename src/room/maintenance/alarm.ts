// Keeps the one alarm that a Durable Object has armed for the earliest duty.

import type { Clock } from '../clock/clock.ts'

export class Alarm {
  readonly #storage: DurableObjectStorage
  readonly #clock: Clock
  /** When the earliest duty is due, and the wall clock time that the alarm is armed for. */
  #due: number | null = null
  #armedFor: number | null = null
  /** The alarm of an earlier start of the room, until one fires: it may have caused this start. */
  #armedBefore: number | null = null

  constructor(storage: DurableObjectStorage, clock: Clock) {
    this.#storage = storage
    this.#clock = clock
  }

  /** Reads the alarm that an earlier start of the room has armed. */
  async load(): Promise<void> {
    this.#armedBefore = await this.#storage.getAlarm()
    this.#due = this.#armedBefore
    this.#armedFor = this.#armedBefore
  }

  /** @param duties when each duty is due, in milliseconds; null: never */
  arm(duties: readonly (number | null)[]): void {
    const due = duties.filter((at) => at !== null)
    this.#due = due.length > 0 ? Math.min(...due) : null
    const armFor = this.#due === null ? null : this.#clock.wallAt(this.#due)
    if (armFor === this.#armedFor) return
    this.#armedFor = armFor
    if (armFor === null) void this.#storage.deleteAlarm()
    else void this.#storage.setAlarm(armFor)
  }

  /**
   * Must be called when the alarm fires.
   * @returns the time to use: the duty that it was armed for is due, whatever the clock shows
   */
  fired(): number {
    const now = this.#clock.now()
    const armedTime = Math.min(this.#due ?? now, this.#armedBefore ?? Number.POSITIVE_INFINITY)
    this.#due = null
    this.#armedFor = null
    this.#armedBefore = null
    return Math.max(now, armedTime)
  }
}
