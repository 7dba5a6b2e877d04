// Restarts the room when its clock stands still. workerd never sets back the clock of a running object:
// when the machine's clock is set back, the object's clock stands still and its timers do not fire,
// until the machine has caught up. Only a new start of the room has the right time.

import { errorFields, logError } from '../../logger.ts'
import type { Clock } from './clock.ts'

/** The room waits out a smaller difference, in milliseconds. */
const toleratedMs = 1_000
/**
 * Events of a busy room share a millisecond, so a clock that does not move is checked at most once
 * per `ms`, or once per `events` events.
 */
const checkEvery = { ms: 1_000, events: 32 } as const

type Uses = {
  clock: Clock
  /** The machine's clock as a new request sees it, in milliseconds since the epoch. */
  machineNow: () => Promise<number>
  /** Restarts the room: all connections end, and their clients resume. */
  restart: (why: string) => void
}

export class ClockWatch {
  readonly #uses: Uses
  #lastWall = 0
  /** Events since the clock last moved. */
  #eventsAtSameTime = 0
  #checkedAt = 0
  #isChecking = false

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Must be called once for every event that reaches the room. */
  onEvent(): void {
    const wall = this.#uses.clock.wall()
    this.#eventsAtSameTime = wall === this.#lastWall ? this.#eventsAtSameTime + 1 : 0
    this.#lastWall = wall
    if (this.#eventsAtSameTime === 0 || this.#isChecking) return
    const isRecent = wall - this.#checkedAt < checkEvery.ms
    if (!isRecent || this.#eventsAtSameTime % checkEvery.events === 0) void this.#check(wall)
  }

  async #check(startedAt: number): Promise<void> {
    const { clock, machineNow, restart } = this.#uses
    this.#checkedAt = startedAt
    this.#isChecking = true
    try {
      const machine = await machineNow()
      // A clock that moved meanwhile does not stand still, however much two machines differ.
      if (clock.wall() === startedAt && startedAt - machine > toleratedMs)
        restart('The clock of the room stands still')
    } catch (error) {
      logError('clock_check_failed', errorFields(error))
    } finally {
      this.#isChecking = false
    }
  }
}
