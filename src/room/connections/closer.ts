// Ends connections. A user whose last connection has ended leaves after a grace period. What the attachment
// of a connection keeps is written when it ends.

import type { CloseCode } from '../../contract/close-codes.ts'
import type { Clock } from '../clock/clock.ts'
import { leaveGraceMs, type Presence } from '../presence/presence.ts'
import type { ReadMarkers } from '../read-markers/read-markers.ts'
import { type Connection, closeSocket } from './connection.ts'
import type { ConnectionRegistry } from './registry.ts'

type Uses = {
  clock: Clock
  connections: ConnectionRegistry
  presence: Presence
  readMarkers: Pick<ReadMarkers, 'writeOf'>
}

export class ConnectionCloser {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Closes a connection from the room's side. It is then `closing` until its client answers. */
  close(connection: Connection, code: CloseCode): void {
    const { clock, connections, readMarkers } = this.#uses
    if (!connections.isOpen(connection)) return
    readMarkers.writeOf(connection.member.id)
    closeSocket(connection.socket, code)
    // A client that is asked to reconnect gets as much time as after a restart.
    const graceMs = code === 1012 ? leaveGraceMs.afterRestart : leaveGraceMs.afterClose
    if (connections.startClosing(connection, clock.now())) this.#startLeaving(connection, graceMs)
  }

  /** To be called when the socket of a connection has ended. */
  ended(connection: Connection): void {
    const { connections, readMarkers } = this.#uses
    readMarkers.writeOf(connection.member.id)
    if (connections.remove(connection)) this.#startLeaving(connection, leaveGraceMs.afterClose)
  }

  #startLeaving({ member }: Connection, graceMs: number): void {
    const { clock, presence } = this.#uses
    presence.startLeaving(member.id, clock.now(), graceMs)
  }
}
