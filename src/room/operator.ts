// What the operator sees and does by hand.

import type { RoomReport, SetAside } from '../contract/routes/admin.ts'
import type { Attendance } from './attendance.ts'
import type { RoomState } from './calls.ts'
import type { Log } from './log.ts'
import type { Outbox } from './outbox.ts'
import type { Presence } from './presence.ts'
import type { Reflection } from './reflection.ts'
import type { Seats } from './seats.ts'

type Uses = {
  /** Of this start of the room, in milliseconds. */
  startedAt: number
  log: Log
  outbox: Outbox
  seats: Seats
  presence: Presence
  attendance: Attendance
  reflection: Reflection
}

export class Operator {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  state(now: number): RoomState {
    const { outbox, seats } = this.#uses
    const { dirty, oldestAt, setAside, error } = outbox.backlog()
    return {
      dirty,
      oldestDirtyMs: oldestAt === null ? null : Math.max(0, now - oldestAt),
      setAside,
      postgresError: error,
      sockets: seats.count,
    }
  }

  report(now: number): RoomReport {
    const { startedAt, log, outbox, presence } = this.#uses
    const { dirty, oldestDirtyMs, setAside, postgresError, sockets } = this.state(now)
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
      started_at: new Date(startedAt).toISOString(),
    }
  }

  setAside(): SetAside[] {
    return this.#uses.outbox.refused()
  }

  retrySetAside(now: number): void {
    this.#uses.outbox.retryRefused(now)
  }

  /** Who has no socket any more leaves after the usual grace. The mirror is rewritten right after. */
  recomputePresence(now: number): void {
    this.#uses.attendance.reconcile(now)
    this.#uses.reflection.renew(now)
  }
}
