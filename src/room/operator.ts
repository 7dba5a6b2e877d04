// Gives the operator a view of the room's state, and runs the operator's manual actions.

import type { DeadLetter, RoomReport } from '../contract/room-report.ts'
import type { Build } from '../contract/routes/health.ts'
import { storeFaultDetail } from '../contract/store-faults.ts'
import type { Clock } from './clock/clock.ts'
import type { ConnectionRegistry } from './connections/registry.ts'
import type { Log } from './log/log.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { Rearchive } from './outbox/rearchive.ts'
import type { JoinLeave } from './presence/join-leave.ts'
import type { MirrorWriter } from './presence/mirror-writer.ts'
import type { Presence } from './presence/presence.ts'
import type { ReadMarkers } from './read-markers/read-markers.ts'
import type { ClosedReason, Outcome, RoomState } from './rpc.ts'

/** The state that a room without components reports to the Worker. */
export function closedState(closed: ClosedReason): RoomState {
  const unknown = { dirty: 0, oldestDirtyMs: null, setAside: 0, postgresError: null, sockets: 0 }
  return { ...unknown, closed }
}

type Uses = {
  build: Build | null
  clock: Clock
  log: Log
  outbox: Outbox
  connections: ConnectionRegistry
  presence: Presence
  joinLeave: JoinLeave
  mirrorWriter: MirrorWriter
  rearchive: Rearchive
  readMarkers: Pick<ReadMarkers, 'write'>
}

export class Operator {
  readonly #uses: Uses
  readonly #startedAt: number

  constructor(uses: Uses) {
    this.#uses = uses
    this.#startedAt = uses.clock.wall()
  }

  state(): RoomState {
    const { build, clock, outbox, connections } = this.#uses
    const { dirty, oldestAt, deadLetters, error } = outbox.backlog()
    return {
      dirty,
      oldestDirtyMs: oldestAt === null ? null : Math.max(0, clock.wall() - oldestAt),
      setAside: deadLetters,
      postgresError: error,
      sockets: connections.count,
      fence: outbox.fence.known,
      build,
    }
  }

  report(): RoomReport {
    const { log, outbox, presence, rearchive } = this.#uses
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
      rearchive: rearchive.progress(),
      started_at: new Date(this.#startedAt).toISOString(),
    }
  }

  /** Refuses with a sentence if Postgres does not have everything up to now afterwards. */
  async flushNow(): Promise<Outcome<RoomReport>> {
    const { outbox, readMarkers } = this.#uses
    readMarkers.write()
    if (await outbox.flushNow()) return { ok: true, value: this.report() }
    const { dirty, error } = outbox.backlog()
    const reason =
      error === null
        ? 'There is more than one call can write: call again.'
        : `${storeFaultDetail(error)} (${error}).`
    const lacking =
      dirty === 0
        ? 'Whether Postgres has everything is not known.'
        : `Postgres still lacks ${dirty} ${dirty === 1 ? 'row' : 'rows'}.`
    const detail = `${lacking} ${reason}`
    return { ok: false, refusal: { code: 'unavailable', detail } }
  }

  listDeadLetters(): DeadLetter[] {
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
