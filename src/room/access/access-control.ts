// Revokes sessions, bans and erases users, and blocks accounts that send too much. It closes their
// connections at once and refuses their tokens from then on.

import type { RoomFrame } from '../../contract/frames.ts'
import type { ErasureMode } from '../../contract/values.ts'
import { erasureFrame } from '../../domain/message.ts'
import { withoutUser } from '../../domain/moderation.ts'
import { logEvent } from '../../logger.ts'
import type { Clock } from '../clock/clock.ts'
import type { ConnectionCloser } from '../connections/closer.ts'
import type { Connection } from '../connections/connection.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import { OversizedFrames } from '../frames/oversized-frames.ts'
import { eraseUser } from '../log/erase-user.ts'
import type { Erasures } from '../log/erasures/erasures.ts'
import type { IdempotencyKeys } from '../log/idempotency-keys.ts'
import type { Log } from '../log/log.ts'
import type { AuditLog } from '../log/private/audit-log.ts'
import type { ReportTable } from '../log/private/reports.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { Revisions } from '../log/revisions.ts'
import { recordRoom } from '../log/room-settings/record-room.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import type { LastSeen } from '../outbox/last-seen.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { JoinLeave } from '../presence/join-leave.ts'
import type { ReadMarkers } from '../read-markers/read-markers.ts'
import { accepted } from '../sequencer/command.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import type { Revocations } from './revocations.ts'

type Uses = {
  clock: Clock
  revocations: Revocations
  revisions: Revisions
  roomSettings: RoomSettings
  restrictions: RestrictionTable
  reports: ReportTable
  auditLog: AuditLog
  connections: ConnectionRegistry
  closer: ConnectionCloser
  joinLeave: JoinLeave
  log: Log
  erasures: Erasures
  idempotencyKeys: IdempotencyKeys
  lastSeen: LastSeen
  outbox: Outbox
  readMarkers: Pick<ReadMarkers, 'removeUser'>
  /** Applies first the reactions that came before, and later tells of those that an erasure takes along. */
  reactionCalls: { applyAll(): void; tellLater(): void }
  sequencer: Sequencer
}

export class AccessControl {
  readonly #uses: Uses
  readonly #oversized = new OversizedFrames()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /**
   * Revokes sessions and closes their connections with 4401. A user without another connection goes
   * offline after the usual grace.
   */
  revoke(sessionIds: readonly string[]): void {
    const { revocations, connections, closer, sequencer, reactionCalls } = this.#uses
    reactionCalls.applyAll()
    sequencer.now(() => {
      revocations.revoke(sessionIds)
      return accepted(null)
    })
    const ended = new Set<string | null>(sessionIds)
    for (const connection of [...connections.all()])
      if (ended.has(connection.sessionId)) closer.close(connection, 4401)
  }

  /** Refuses all tokens of a user, and closes the user's connections with 4403. */
  ban(userId: string): void {
    const { revocations, joinLeave, sequencer, reactionCalls } = this.#uses
    reactionCalls.applyAll()
    sequencer.now(() => {
      revocations.ban([userId])
      return accepted(null)
    })
    joinLeave.disconnectUser(userId)
  }

  /** Closes the connection, and all connections of an account that sent too many bytes in oversized frames. */
  refuseOversized(connection: Connection, size: number): void {
    const { clock, revocations, connections, closer } = this.#uses
    const { id } = connection.member
    closer.close(connection, 1009)
    if (!this.#oversized.count(id, size, clock.now())) return
    logEvent('connects_blocked', {
      user_id: id,
      why: 'too many bytes in frames above the size limit',
    })
    revocations.blockConnects([id])
    for (const other of [...connections.ofUser(id)]) closer.close(other, 4429)
  }

  /** The ban broadcasts `user_left` first, for clients that do not know erasures. */
  erase(userId: string, mode: ErasureMode): void {
    const { clock, idempotencyKeys, lastSeen, outbox, readMarkers, sequencer } = this.#uses
    this.ban(userId)
    sequencer.now(() => {
      idempotencyKeys.removeUser(userId)
      lastSeen.removeUser(userId)
      readMarkers.removeUser(userId)
      const erasure = eraseUser(this.#uses, userId, mode, clock.wall())
      const roomChange = this.#removeFromModeration(userId)
      if (!erasure && !roomChange) return accepted(null)
      return {
        ...accepted(null),
        events: [
          ...(erasure ? [{ ...erasureFrame(userId, erasure.remains), seq: erasure.seq }] : []),
          ...(roomChange ? [roomChange] : []),
        ],
        onSuccess: () => outbox.noteRewrite(),
      }
    })
    this.#uses.reactionCalls.tellLater()
  }

  /** @returns the event if the state of the room had the user; null: it had not */
  #removeFromModeration(userId: string): RoomFrame | null {
    const { roomSettings, restrictions, reports, auditLog, revisions } = this.#uses
    restrictions.removeUser(userId)
    auditLog.removeUser(userId)
    reports.removeUser(userId)
    reports.removeTexts(userId, () => revisions.next())
    const { current } = roomSettings
    const { staff, pins } = withoutUser(current, userId)
    const isSame = staff.length === current.staff.length && pins.length === current.pins.length
    return isSame ? null : recordRoom(this.#uses, { staff, pins })
  }
}
