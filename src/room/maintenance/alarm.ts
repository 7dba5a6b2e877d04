// The one alarm that an object has, always armed for the earliest duty.

import type { Clock } from '../clock/clock.ts'

export class Alarm {
  readonly #storage: DurableObjectStorage
  readonly #clock: Clock
  /** The duty that it is armed for, and what the wall clock shows then. */
  #due: number | null = null
  #armedFor: number | null = null
  /** What was armed before this start of the room, until one has rung: it may be what started it. */
  #recalled: number | null = null

  constructor(storage: DurableObjectStorage, clock: Clock) {
    this.#storage = storage
    this.#clock = clock
  }

  /** What is armed from before this start of the room. */
  async recall(): Promise<void> {
    this.#recalled = await this.#storage.getAlarm()
    this.#due = this.#recalled
    this.#armedFor = this.#recalled
  }

  /** @param duties when each duty is due, in milliseconds; null: never */
  arm(tasks: readonly (number | null)[]): void {
    const due = tasks.filter((at) => at !== null)
    this.#due = due.length > 0 ? Math.min(...due) : null
    const armFor = this.#due === null ? null : this.#clock.wallAt(this.#due)
    if (armFor === this.#armedFor) return
    this.#armedFor = armFor
    if (armFor === null) void this.#storage.deleteAlarm()
    else void this.#storage.setAlarm(armFor)
  }

  /** It rang. Gives the time to go by: what it was armed for is due, whatever the clock says. */
  rang(): number {
    const now = this.#clock.now()
    const rung = Math.min(this.#due ?? now, this.#recalled ?? Number.POSITIVE_INFINITY)
    this.#due = null
    this.#armedFor = null
    this.#recalled = null
    return Math.max(now, rung)
  }
}
