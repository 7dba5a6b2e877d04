// Holds the connections of the room, by socket, by user and by state. State that must survive
// hibernation is in each socket's attachment; the rest is rebuilt from the sockets that exist.

import { atMostNow } from '../clock/clock.ts'
import type { JoinRequest } from '../rpc.ts'
import { AddressCounts } from './address-counts.ts'
import { writeAttachment } from './attachment.ts'
import {
  type Connection,
  closeSocket,
  connectionOf,
  isOpen,
  type Ping,
  type TokenClaims,
  unprovenBytes,
} from './connection.ts'
import { restoreConnection, unreadableConnection } from './restore-connection.ts'

export class ConnectionRegistry {
  readonly #ctx: DurableObjectState
  /** Joining and live connections. */
  readonly #open = new Map<WebSocket, Connection>()
  readonly #closing = new Map<WebSocket, Connection>()
  readonly #byUser = new Map<string, Set<Connection>>()
  readonly #joining = new Set<Connection>()
  readonly #batching = new Set<Connection>()
  readonly #plain = new Set<Connection>()
  readonly #addresses = new AddressCounts()

  constructor(ctx: DurableObjectState, now: number) {
    this.#ctx = ctx
    for (const socket of ctx.getWebSockets()) {
      const restored = restoreConnection(socket, now)
      const connection = restored ?? unreadableConnection(socket, ctx.getTags(socket), now)
      this.#addresses.add(connection.address)
      if (restored && isOpen(socket)) this.#addOpen(connection)
      else {
        closeSocket(socket, 1012)
        this.#addClosing(connection, now)
      }
    }
  }

  /** Accepts the server's end of a new socket. No event is sent to it until it is admitted. */
  accept(socket: WebSocket, { resume, ...joinRequest }: JoinRequest, now: number): Connection {
    this.#ctx.acceptWebSocket(socket, [joinRequest.member.id])
    const connection = connectionOf(socket, {
      v: 2,
      ...joinRequest,
      connectedAt: now,
      waiting: { resume },
    })
    writeAttachment(connection)
    this.#addOpen(connection)
    this.#addresses.add(connection.address)
    return connection
  }

  /** @param sentTo the number of the first broadcast frame that the connection has to get */
  admit(connection: Connection, sentTo: number): void {
    connection.state = { kind: 'live', sentTo }
    this.#joining.delete(connection)
    writeAttachment(connection)
  }

  /** To be called when the client has sent another valid token. */
  renew(connection: Connection, { sessionId, tokenExpiresAt }: TokenClaims): void {
    connection.sessionId = sessionId
    connection.tokenExpiresAt = tokenExpiresAt
    writeAttachment(connection)
  }

  /** A stamp from the future is kept in the attachment, or each start would see a new ping. */
  recordPing(connection: Connection, ping: Ping, ageMs: number): void {
    connection.ping = ping
    if (ageMs < 0) writeAttachment(connection)
  }

  /** To be called when the room closes a connection. @returns whether its user has no other one */
  startClosing(connection: Connection, now: number): boolean {
    const isLast = this.#removeOpen(connection)
    this.#addClosing(connection, now)
    return isLast
  }

  /** To be called when a socket has ended. @returns whether its user has no other connection */
  remove(connection: Connection): boolean {
    const isLast = this.#removeOpen(connection)
    this.#closing.delete(connection.socket)
    this.#addresses.remove(connection.address)
    return isLast
  }

  /** The connection of a socket, in any state. */
  of(socket: WebSocket): Connection | undefined {
    return this.#open.get(socket) ?? this.#closing.get(socket)
  }

  isOpen(connection: Connection): boolean {
    return this.#open.get(connection.socket) === connection
  }

  /** The open connections of a user. */
  ofUser(userId: string): ReadonlySet<Connection> {
    return this.#byUser.get(userId) ?? new Set()
  }

  /** For how many sockets of a user the client has not answered the room's close. */
  unansweredCloses(userId: string): number {
    return this.#ctx.getWebSockets(userId).filter((socket) => !this.#open.has(socket)).length
  }

  all(): Iterable<Connection> {
    return this.#open.values()
  }

  get joining(): ReadonlySet<Connection> {
    return this.#joining
  }

  get closing(): Iterable<Connection> {
    return this.#closing.values()
  }

  /** How many connections are open. */
  get count(): number {
    return this.#open.size
  }

  /** How many sockets exist. One that the room has closed holds memory until its client answers. */
  get socketCount(): number {
    return this.#open.size + this.#closing.size
  }

  /** How many of them come from a network address. */
  socketsOfAddress(address: string): number {
    return this.#addresses.of(address)
  }

  /** Open connections with chat.v1, which take several frames in one WebSocket message. */
  get batching(): ReadonlySet<Connection> {
    return this.#batching
  }

  /** Open connections without chat.v1, which get each frame in a WebSocket message of its own. */
  get plain(): ReadonlySet<Connection> {
    return this.#plain
  }

  /** Removes closing connections whose sockets are gone: the platform does not report every end. */
  removeEnded(): void {
    if (this.#closing.size === 0) return
    const listed = new Set(this.#ctx.getWebSockets())
    for (const [socket, connection] of this.#closing)
      if (!listed.has(socket)) this.remove(connection)
  }

  /** The connection of a user from which the room has received nothing for the longest time. */
  longestSilent(userId: string, now: number): Connection | undefined {
    const lastActiveAt = (connection: Connection) => {
      const ping = this.#ctx.getWebSocketAutoResponseTimestamp(connection.socket)?.getTime() ?? 0
      return Math.max(connection.connectedAt, connection.lastFrameAt, atMostNow(ping, now))
    }
    return [...this.ofUser(userId)].sort((a, b) => lastActiveAt(a) - lastActiveAt(b))[0]
  }

  #addOpen(connection: Connection): void {
    this.#open.set(connection.socket, connection)
    if (connection.state.kind === 'joining') this.#joining.add(connection)
    if (connection.batching) this.#batching.add(connection)
    else this.#plain.add(connection)
    const own = this.#byUser.get(connection.member.id)
    if (own) own.add(connection)
    else this.#byUser.set(connection.member.id, new Set([connection]))
  }

  /** @returns whether it was the last open connection of its user */
  #removeOpen(connection: Connection): boolean {
    if (!this.#open.delete(connection.socket)) return false
    this.#joining.delete(connection)
    this.#batching.delete(connection)
    this.#plain.delete(connection)
    const own = this.#byUser.get(connection.member.id)
    own?.delete(connection)
    if (own?.size !== 0) return false
    this.#byUser.delete(connection.member.id)
    return true
  }

  #addClosing(connection: Connection, now: number): void {
    connection.state = {
      kind: 'closing',
      since: now,
      unprovenBytes: unprovenBytes(connection),
      frames: 0,
      frameBytes: 0,
    }
    this.#closing.set(connection.socket, connection)
  }
}
