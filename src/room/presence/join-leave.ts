// Who comes and who goes, and that everyone hears of it: of a person's first socket, and of the end
// of the last one when its grace is over.

import type { CloseCode } from '../../contract/close-codes.ts'
import type { Member } from '../../contract/entities.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import type { Clock } from '../clock/clock.ts'
import { type Connection, type ConnectionRegistry, closeSocket } from '../connections/registry.ts'
import type { SlowConsumers } from '../connections/slow-consumers.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { MirrorWriter } from './mirror-writer.ts'
import { grace, type Presence } from './presence.ts'

type Uses = {
  clock: Clock
  connections: ConnectionRegistry
  presence: Presence
  slowConsumers: SlowConsumers
  broadcaster: Broadcaster
  mirrorWriter: MirrorWriter
  outbox: Outbox
  /** Runs when someone is about to go. */
  onLeaving: () => void
}

export class JoinLeave {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** A socket of theirs opened. */
  arrive(member: Member): void {
    const { clock, presence, broadcaster, mirrorWriter } = this.#uses
    if (!presence.arrive(member)) return
    const { id, username } = member
    broadcaster.tellOfPerson({ event: 'user_joined', data: { user_id: id, username } }, id)
    mirrorWriter.expect(clock.now())
  }

  /** The platform says that a socket has ended. */
  gone(socket: WebSocket): void {
    const { connections, slowConsumers } = this.#uses
    slowConsumers.gone(socket)
    connections.existing.remove(socket)
    const connection = connections.of(socket)
    if (connection) this.#leave(connection, grace.afterClose)
  }

  /** We end a socket. */
  close(connection: Connection, code: CloseCode): void {
    const { clock, slowConsumers } = this.#uses
    closeSocket(connection.socket, code)
    slowConsumers.closed(connection, clock.now())
    // Whoever is told to come again may take the time that a restart would give them.
    this.#leave(connection, code === 1012 ? grace.afterRestart : grace.afterClose)
  }

  /** They go at once, with all their sockets. */
  putOut(userId: string, now: number): void {
    const { connections, presence } = this.#uses
    for (const connection of [...connections.ofUser(userId)]) this.close(connection, 4403)
    const member = presence.depart(userId, now)
    if (member) this.#farewell(member, now)
  }

  /** Lets those go whose grace is over. */
  dismiss(now: number): void {
    for (const member of this.#uses.presence.dismiss(now)) this.#farewell(member, now)
  }

  /** Holds who is here against the sockets that exist: closes are not always reported. */
  reconcile(now: number): void {
    const { connections, presence } = this.#uses
    for (const connection of connections.deserted()) this.#leave(connection, grace.afterClose)
    connections.recount()
    for (const { member } of connections.all()) this.arrive(member)
    presence.reconcile((userId) => connections.ofUser(userId).size > 0, now)
  }

  #leave(connection: Connection, graceMs: number): void {
    const { clock, connections, presence, onLeaving } = this.#uses
    if (!connections.leave(connection)) return
    presence.loseTouch(connection.member.id, clock.now(), graceMs)
    onLeaving()
  }

  #farewell({ id, username }: Member, now: number): void {
    const { broadcaster, mirrorWriter, outbox } = this.#uses
    broadcaster.tellOfPerson({ event: 'user_left', data: { user_id: id, username } }, id)
    mirrorWriter.expect(now)
    outbox.expect(now)
  }
}
