// Revokes sessions, bans and erases users, and blocks accounts that send too much. It closes their
// connections at once and refuses their tokens from then on. It must first apply the commands that
// those users had already sent.

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
  lastSeen: LastSeen
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

  /** A user without another connection goes offline after the same grace as after any close. */
  revoke(sessionIds: readonly string[]): void {
    const { revocations, connections, joinLeave, broadcaster } = this.#uses
    broadcaster.applyQueuedCommands()
    revocations.revoke(sessionIds)
    const ended = new Set<string | null>(sessionIds)
    for (const connection of [...connections.all()])
      if (ended.has(connection.sessionId)) joinLeave.close(connection, 4401)
  }

  ban(userId: string): void {
    const { clock, revocations, joinLeave, broadcaster } = this.#uses
    broadcaster.applyQueuedCommands()
    revocations.ban(userId)
    joinLeave.removeUser(userId, clock.now())
  }

  /** Closes the connection, and all connections of an account that sent too many such bytes. */
  refuseOversized(connection: Connection, size: number): void {
    const { clock, revocations, connections, joinLeave } = this.#uses
    const { id } = connection.member
    joinLeave.close(connection, 1009)
    if (!this.#oversized.count(id, size, clock.now())) return
    journal('turned_away', { user_id: id, why: 'too many bytes in frames above the size limit' })
    revocations.blockConnects([id])
    for (const other of [...connections.ofUser(id)]) joinLeave.close(other, 4429)
  }

  /** The ban broadcasts `user_left` first, for clients that do not know erasures. */
  erase(userId: string, remains: Remains): void {
    const { clock, storage, log, idempotencyKeys, lastSeen, outbox, broadcaster, onWrite } =
      this.#uses
    this.ban(userId)
    const erasure = storage.transactionSync(() => {
      idempotencyKeys.forgetUser(userId)
      lastSeen.forget(userId)
      return log.erase(userId, remains, clock.wall())
    })
    if (!erasure) return
    outbox.noteRewrite()
    onWrite()
    broadcaster.broadcast({ ...erasureFrame(userId, erasure.remains), seq: erasure.seq })
  }
}
