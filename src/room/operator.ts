// What the operator sees and does by hand.

import type { RoomReport, SetAside } from '../contract/routes/admin.ts'
import type { Attendance } from './attendance.ts'
import type { RoomState } from './calls.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { Outbox } from './outbox.ts'
import type { Presence } from './presence.ts'
import type { Reflection } from './reflection.ts'
import type { Seats } from './seats.ts'

type Uses = {
  clock: Clock
  log: Log
  outbox: Outbox
  seats: Seats
  presence: Presence
  attendance: Attendance
  reflection: Reflection
}

export class Operator {
  readonly #uses: Uses
  readonly #startedAt: number

  constructor(uses: Uses) {
    this.#uses = uses
    this.#startedAt = uses.clock.wall()
  }

  state(): RoomState {
    const { clock, outbox, seats } = this.#uses
    const { dirty, oldestAt, setAside, error } = outbox.backlog()
    return {
      dirty,
      oldestDirtyMs: oldestAt === null ? null : Math.max(0, clock.wall() - oldestAt),
      setAside,
      postgresError: error,
      sockets: seats.count,
    }
  }

  report(): RoomReport {
    const { log, outbox, presence } = this.#uses
    const { dirty, oldestDirtyMs, setAside, postgresError, sockets } = this.state()
    return {
      ...log.position,
      flushed_seq: outbox.flushedSeq,
      pruned_seq: log.prunedSeq,
      sockets,
      online: presence.count,
      dirty,
      oldest_dirty_ms: oldestDirtyMs,
      set_aside: setAside,
      postgres_error: postgresError,
      started_at: new Date(this.#startedAt).toISOString(),
    }
  }

  setAside(): SetAside[] {
    return this.#uses.outbox.refused()
  }

  retrySetAside(): void {
    const { clock, outbox } = this.#uses
    outbox.retryRefused(clock.now())
  }

  /** Who has no socket any more leaves after the usual grace. The mirror is rewritten right after. */
  recomputePresence(): void {
    const { clock, attendance, reflection } = this.#uses
    const now = clock.now()
    attendance.reconcile(now)
    reflection.renew(now)
  }
}
