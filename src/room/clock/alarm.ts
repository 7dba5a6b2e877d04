// Keeps the one alarm that a Durable Object has armed for the earliest of the room's timed duties.
// Each component sets the time of its own duty, and nothing else has to arm the alarm.

import type { Clock } from './clock.ts'

/** Duties that run at a certain time, and not with each tick. */
export type TimedDuty =
  | 'flush'
  | 'apply_endings'
  | 'mirror_presence'
  | 'remove_absent_users'
  | 'end_drain'
  | 'expire_messages'
  | 'import_exclusions'
  | 'purge_archive'
  | 'tidy_moderation'
  | 'tick'

export class Alarm {
  readonly #storage: DurableObjectStorage
  readonly #clock: Clock
  readonly #dues = new Map<TimedDuty, number>()
  /** Duties that failed run no earlier than this. */
  readonly #notBefore = new Map<string, number>()
  #isLoaded = false
  /** When the earliest duty is due, and the wall clock time that the alarm is armed for. */
  #due: number | null = null
  #armedFor: number | null = null
  /** The alarm of an earlier start of the room, until one fires: it may have caused this start. */
  #armedBefore: number | null = null

  constructor(storage: DurableObjectStorage, clock: Clock) {
    this.#storage = storage
    this.#clock = clock
  }

  /** Reads the alarm that an earlier start of the room has armed, and arms it for the duties. */
  async load(): Promise<void> {
    this.#armedBefore = await this.#storage.getAlarm()
    this.#armedFor = this.#armedBefore
    this.#isLoaded = true
    this.arm()
  }

  /** @param at when the duty is due, in milliseconds of the room's clock; null: never */
  set(duty: TimedDuty, at: number | null): void {
    if (at === null) this.#dues.delete(duty)
    else this.#dues.set(duty, at)
    this.arm()
  }

  /** Whether the duty does not wait after a failure. */
  mayRun(duty: string, now: number): boolean {
    return (this.#notBefore.get(duty) ?? 0) <= now
  }

  /** Keeps back a duty that failed. @param until in milliseconds; null: it has succeeded */
  holdBack(duty: string, until: number | null): void {
    if (until === null) this.#notBefore.delete(duty)
    else this.#notBefore.set(duty, until)
  }

  /** Arms the alarm again if the earliest duty, or the difference between the clocks, has changed. */
  arm(): void {
    if (!this.#isLoaded) return
    let due: number | null = null
    for (const [duty, at] of this.#dues) {
      const runsAt = Math.max(at, this.#notBefore.get(duty) ?? 0)
      if (due === null || runsAt < due) due = runsAt
    }
    this.#due = due
    const armFor = due === null ? null : this.#clock.wallAt(due)
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
