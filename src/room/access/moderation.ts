// Ends sessions, puts people out and erases them: their sockets close at once, and no token of
// theirs is taken again. What they said until then was said. Keeps accounts out that do harm.

import type { Remains } from '../../contract/routes/accounts.ts'
import { erasureFrame } from '../../domain/message.ts'
import { journal } from '../../journal.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection, ConnectionRegistry } from '../connections/registry.ts'
import { OversizedFrames } from '../frames/oversized-frames.ts'
import type { IdempotencyKeys } from '../log/idempotency-keys.ts'
import type { Log } from '../log/log.ts'
import type { LastSeen } from '../outbox/last-seen.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { JoinLeave } from '../presence/join-leave.ts'
import type { Revocations } from './revocations.ts'

type Uses = {
  clock: Clock
  storage: DurableObjectStorage
  revocations: Revocations
  connections: ConnectionRegistry
  joinLeave: JoinLeave
  log: Log
  idempotencyKeys: IdempotencyKeys
  departures: LastSeen
  outbox: Outbox
  broadcaster: Broadcaster
  /** Runs after each write to the log. */
  onWrite: () => void
}

export class Moderation {
  readonly #uses: Uses
  readonly #oversized = new OversizedFrames()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Those of whom no other socket is left get the grace of any close. */
  revoke(sessionIds: readonly string[]): void {
    const { revocations, connections, joinLeave, broadcaster } = this.#uses
    broadcaster.catchUp()
    revocations.revoke(sessionIds)
    const ended = new Set<string | null>(sessionIds)
    for (const connection of [...connections.all()])
      if (ended.has(connection.sessionId)) joinLeave.close(connection, 4401)
  }

  bar(userId: string): void {
    const { clock, revocations, joinLeave, broadcaster } = this.#uses
    broadcaster.catchUp()
    revocations.bar(userId)
    joinLeave.putOut(userId, clock.now())
  }

  /** A frame over the limit ends its connection; too many bytes in such frames, their account's. */
  refuseOversized(connection: Connection, size: number): void {
    const { clock, revocations, connections, joinLeave } = this.#uses
    const { id } = connection.member
    joinLeave.close(connection, 1009)
    if (!this.#oversized.count(id, size, clock.now())) return
    journal('turned_away', { user_id: id, why: 'frames over the limit' })
    revocations.turnAway([id])
    for (const other of [...connections.ofUser(id)]) joinLeave.close(other, 4429)
  }

  /** Clients that know nothing of erasures hear that the person left. */
  erase(userId: string, remains: Remains): void {
    const { clock, storage, log, idempotencyKeys, departures, outbox, broadcaster, onWrite } =
      this.#uses
    this.bar(userId)
    const erasure = storage.transactionSync(() => {
      idempotencyKeys.forget(userId)
      departures.forget(userId)
      return log.erase(userId, remains, clock.wall())
    })
    if (!erasure) return
    outbox.noteRewrite()
    onWrite()
    broadcaster.tell({ ...erasureFrame(userId, erasure.remains), seq: erasure.seq })
  }
}
