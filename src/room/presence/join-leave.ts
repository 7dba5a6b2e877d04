// Keeps presence up to date and broadcasts joins and leaves: a user joins with the first
// connection, and leaves when the grace period after the end of the last one is over.

import type { CloseCode } from '../../contract/close-codes.ts'
import type { Member } from '../../contract/entities.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import type { Clock } from '../clock/clock.ts'
import { type Connection, type ConnectionRegistry, closeSocket } from '../connections/registry.ts'
import type { SlowConsumers } from '../connections/slow-consumers.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { MirrorWriter } from './mirror-writer.ts'
import { leaveGraceMs, type Presence } from './presence.ts'

type Uses = {
  clock: Clock
  connections: ConnectionRegistry
  presence: Presence
  slowConsumers: SlowConsumers
  broadcaster: Broadcaster
  mirrorWriter: MirrorWriter
  outbox: Outbox
  /** Runs when the grace period of a user begins. */
  onLeaving: () => void
}

export class JoinLeave {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Must be called when a connection of the user opens. */
  join(member: Member): void {
    const { clock, presence, broadcaster, mirrorWriter } = this.#uses
    if (!presence.join(member)) return
    const { id, username } = member
    broadcaster.broadcastEphemeral({ event: 'user_joined', data: { user_id: id, username } }, id)
    mirrorWriter.schedule(clock.now())
  }

  /** Must be called when the platform reports that a socket has closed. */
  socketClosed(socket: WebSocket): void {
    const { connections, slowConsumers } = this.#uses
    slowConsumers.socketClosed(socket)
    connections.socketCounts.remove(socket)
    const connection = connections.of(socket)
    if (connection) this.#connectionEnded(connection, leaveGraceMs.afterClose)
  }

  /** Closes a connection from our side. */
  close(connection: Connection, code: CloseCode): void {
    const { clock, slowConsumers } = this.#uses
    closeSocket(connection.socket, code)
    slowConsumers.connectionClosed(connection, clock.now())
    // A client that is asked to reconnect gets as much time as after a restart.
    this.#connectionEnded(
      connection,
      code === 1012 ? leaveGraceMs.afterRestart : leaveGraceMs.afterClose,
    )
  }

  /** Closes all connections of a user, who leaves at once. */
  removeUser(userId: string, now: number): void {
    const { connections, presence } = this.#uses
    for (const connection of [...connections.ofUser(userId)]) this.close(connection, 4403)
    const member = presence.remove(userId, now)
    if (member) this.#announceLeft(member, now)
  }

  /** Removes the users whose grace period is over. */
  removeExpired(now: number): void {
    for (const member of this.#uses.presence.removeExpired(now)) this.#announceLeft(member, now)
  }

  /** Compares presence with the sockets that exist, because closes are not always reported. */
  reconcile(now: number): void {
    const { connections, presence } = this.#uses
    for (const connection of connections.closedUnnoticed())
      this.#connectionEnded(connection, leaveGraceMs.afterClose)
    connections.recount()
    for (const { member } of connections.all()) this.join(member)
    presence.reconcile((userId) => connections.ofUser(userId).size > 0, now)
  }

  #connectionEnded(connection: Connection, graceMs: number): void {
    const { clock, connections, presence, onLeaving } = this.#uses
    if (!connections.remove(connection)) return
    presence.startLeaving(connection.member.id, clock.now(), graceMs)
    onLeaving()
  }

  #announceLeft({ id, username }: Member, now: number): void {
    const { broadcaster, mirrorWriter, outbox } = this.#uses
    broadcaster.broadcastEphemeral({ event: 'user_left', data: { user_id: id, username } }, id)
    mirrorWriter.schedule(now)
    outbox.schedule(now)
  }
}
