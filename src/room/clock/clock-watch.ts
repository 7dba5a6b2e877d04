// Notices that this object's clock stands still. workerd never lets the clock of a living object go
// back: when the machine's clock is set back, the object's stands still, and its timers do not fire,
// until the machine's has caught up. Only a new start of the room has the right time.

import { journalFault, traits } from '../../journal.ts'
import type { Clock } from './clock.ts'

/** A smaller difference is waited out, in milliseconds. */
const toleratedMs = 1_000
/** Events of a busy room share a millisecond, so a clock that stands still is asked about this seldom. */
const askEvery = { ms: 1_000, events: 32 } as const

type Uses = {
  clock: Clock
  /** The machine's clock, as a new request sees it, in milliseconds since the epoch. */
  machineNow: () => Promise<number>
  /** Starts the room anew: all connections end, and their clients resume. */
  restart: (why: string) => void
}

export class ClockWatch {
  readonly #uses: Uses
  #latest = 0
  /** Events since the clock last moved. */
  #still = 0
  #askedAt = 0
  #isAsking = false

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** To be called once for every event that reaches the room. */
  onEvent(): void {
    const wall = this.#uses.clock.wall()
    this.#still = wall === this.#latest ? this.#still + 1 : 0
    this.#latest = wall
    if (this.#still === 0 || this.#isAsking) return
    const isSoon = wall - this.#askedAt < askEvery.ms
    if (!isSoon || this.#still % askEvery.events === 0) void this.#ask(wall)
  }

  async #ask(askedAt: number): Promise<void> {
    const { clock, machineNow, restart } = this.#uses
    this.#askedAt = askedAt
    this.#isAsking = true
    try {
      const machine = await machineNow()
      // A clock that moved meanwhile does not stand still, however far two machines are apart.
      if (clock.wall() === askedAt && askedAt - machine > toleratedMs)
        restart('The clock of the room stands still')
    } catch (error) {
      journalFault('clock_check_failed', traits(error))
    } finally {
      this.#isAsking = false
    }
  }
}
