// Gives the operator a view of the room's state, and runs the operator's manual actions.

import type { RoomReport, SetAside } from '../contract/routes/admin.ts'
import type { Clock } from './clock/clock.ts'
import type { ConnectionRegistry } from './connections/registry.ts'
import type { Log } from './log/log.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { JoinLeave } from './presence/join-leave.ts'
import type { MirrorWriter } from './presence/mirror-writer.ts'
import type { Presence } from './presence/presence.ts'
import type { RoomState } from './rpc.ts'

type Uses = {
  clock: Clock
  log: Log
  outbox: Outbox
  connections: ConnectionRegistry
  presence: Presence
  joinLeave: JoinLeave
  mirrorWriter: MirrorWriter
}

export class Operator {
  readonly #uses: Uses
  readonly #startedAt: number

  constructor(uses: Uses) {
    this.#uses = uses
    this.#startedAt = uses.clock.wall()
  }

  state(): RoomState {
    const { clock, outbox, connections } = this.#uses
    const { dirty, oldestAt, deadLetters, error } = outbox.backlog()
    return {
      dirty,
      oldestDirtyMs: oldestAt === null ? null : Math.max(0, clock.wall() - oldestAt),
      setAside: deadLetters,
      postgresError: error,
      sockets: connections.count,
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

  listDeadLetters(): SetAside[] {
    return this.#uses.outbox.listDeadLetters()
  }

  retryDeadLetters(): void {
    const { clock, outbox } = this.#uses
    outbox.retryDeadLetters(clock.now())
  }

  /** Users without a socket leave after the usual grace period. The mirror is rewritten at once. */
  recomputePresence(): void {
    const { clock, joinLeave, mirrorWriter } = this.#uses
    const now = clock.now()
    joinLeave.reconcile(now)
    mirrorWriter.renewLease(now)
  }
}
