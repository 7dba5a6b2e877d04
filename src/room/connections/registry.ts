// Holds the open connections of the room, by socket, by user and by state. State that must survive
// hibernation is in each socket's attachment; the rest is rebuilt from the sockets that exist.

import { type CloseCode, closeCodes } from '../../contract/close-codes.ts'
import { atMostNow } from '../clock/clock.ts'
import { emptyFrameCounts, type FrameCounts } from '../frames/flood-limits.ts'
import type { JoinRequest } from '../rpc.ts'
import { type Attachment, type Ping, readAttachment, writeAttachment } from './attachment.ts'
import { SocketCounts } from './socket-counts.ts'

/** The part of a token that decides how long its connection may live. */
export type TokenClaims = Pick<Attachment, 'sessionId' | 'tokenExpiresAt'>

export type Connection = Omit<Attachment, 'v' | 'waiting' | 'ping'> & {
  readonly socket: WebSocket
  /** null: the connection was welcomed. */
  joining: { resume: JoinRequest['resume'] } | null
  /** Milliseconds; 0: this start of the room received no frame from it. */
  lastFrameAt: number
  readonly frameCounts: FrameCounts
  /** The number of the first broadcast frame that this start of the room has not sent to it. */
  sentTo: number
  /** Bytes sent by this start of the room: in all, before the last sweep, and proven to be read. */
  sentBytes: number
  sweptBytes: number
  provenBytes: number
  /** The latest ping that a sweep saw. */
  ping: Ping | null
  /** The `tokenExpiresAt` that this start of the room has warned of; 0: none. */
  warnedExpiry: number
}

function connectionOf(socket: WebSocket, { v, waiting, ping, ...rest }: Attachment): Connection {
  return {
    ...rest,
    socket,
    joining: waiting ?? null,
    lastFrameAt: 0,
    frameCounts: emptyFrameCounts(),
    sentTo: 0,
    sentBytes: 0,
    sweptBytes: 0,
    provenBytes: 0,
    ping: ping ?? null,
    warnedExpiry: 0,
  }
}

/** Closes a socket from the room's side. */
export function closeSocket(socket: WebSocket, code: CloseCode): void {
  if (isOpen(socket)) socket.close(code, closeCodes[code].reason)
}

const isOpen = (socket: WebSocket) => socket.readyState === WebSocket.OPEN

export class ConnectionRegistry {
  readonly #ctx: DurableObjectState
  readonly #connections = new Map<WebSocket, Connection>()
  readonly #byUser = new Map<string, Set<Connection>>()
  readonly #joining = new Set<Connection>()
  readonly #batching = new Set<Connection>()
  readonly #plain = new Set<Connection>()
  /** Counts open sockets, and closed ones whose clients have not answered the close yet. */
  readonly socketCounts = new SocketCounts()

  constructor(ctx: DurableObjectState, now: number) {
    this.#ctx = ctx
    for (const socket of ctx.getWebSockets()) {
      const attachment = readAttachment(socket)
      this.socketCounts.add(socket, attachment?.address)
      if (!isOpen(socket)) continue
      if (attachment) {
        const connection = connectionOf(socket, attachment)
        connection.connectedAt = atMostNow(connection.connectedAt, now)
        if (connection.ping)
          connection.ping = { ...connection.ping, at: atMostNow(connection.ping.at, now) }
        // Corrected times are written back, or each start would set them to its own time.
        const wasLater =
          connection.connectedAt < attachment.connectedAt ||
          connection.ping?.at !== attachment.ping?.at
        if (wasLater) writeAttachment(connection)
        this.#add(connection)
      } else closeSocket(socket, 1012)
    }
  }

  /** Accepts the server's end of a new socket. No event is sent to it until it is welcomed. */
  accept(socket: WebSocket, { resume, ...joinRequest }: JoinRequest, now: number): Connection {
    this.#ctx.acceptWebSocket(socket, [joinRequest.member.id])
    const connection = connectionOf(socket, {
      v: 2,
      ...joinRequest,
      connectedAt: now,
      waiting: { resume },
    })
    writeAttachment(connection)
    this.#add(connection)
    this.socketCounts.add(socket, joinRequest.address)
    return connection
  }

  welcome(connection: Connection): void {
    connection.joining = null
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

  of(socket: WebSocket): Connection | undefined {
    return this.#connections.get(socket)
  }

  ofUser(userId: string): ReadonlySet<Connection> {
    return this.#byUser.get(userId) ?? new Set()
  }

  /** For how many sockets of a user the client has not answered the room's close. */
  unansweredCloses(userId: string): number {
    return this.#ctx.getWebSockets(userId).filter((socket) => !this.#connections.has(socket)).length
  }

  all(): Iterable<Connection> {
    return this.#connections.values()
  }

  get joining(): ReadonlySet<Connection> {
    return this.#joining
  }

  get count(): number {
    return this.#connections.size
  }

  /** Connections with chat.v1, which take several frames in one WebSocket message. */
  get batching(): ReadonlySet<Connection> {
    return this.#batching
  }

  /** Connections without chat.v1, which get each frame in a WebSocket message of its own. */
  get plain(): ReadonlySet<Connection> {
    return this.#plain
  }

  /** Removes a connection. true: it was the last one of its user. */
  remove(connection: Connection): boolean {
    if (!this.#connections.delete(connection.socket)) return false
    this.#joining.delete(connection)
    this.#batching.delete(connection)
    this.#plain.delete(connection)
    const own = this.#byUser.get(connection.member.id)
    own?.delete(connection)
    if (own?.size !== 0) return false
    this.#byUser.delete(connection.member.id)
    return true
  }

  /** Corrects the counts by the sockets that exist. */
  recount(): void {
    if (this.socketCounts.total > this.count)
      this.socketCounts.keepOnly(new Set(this.#ctx.getWebSockets()))
  }

  /** Connections whose sockets are no longer open, though the platform reported no close. */
  closedUnnoticed(): Connection[] {
    return [...this.#connections.values()].filter(({ socket }) => !isOpen(socket))
  }

  /** The connection of a user from which the room has received nothing for the longest time. */
  longestSilent(userId: string, now: number): Connection | undefined {
    const lastActiveAt = (connection: Connection) => {
      const ping = this.#ctx.getWebSocketAutoResponseTimestamp(connection.socket)?.getTime() ?? 0
      return Math.max(connection.connectedAt, connection.lastFrameAt, atMostNow(ping, now))
    }
    return [...this.ofUser(userId)].sort((a, b) => lastActiveAt(a) - lastActiveAt(b))[0]
  }

  #add(connection: Connection): void {
    this.#connections.set(connection.socket, connection)
    if (connection.joining) this.#joining.add(connection)
    if (connection.batching) this.#batching.add(connection)
    else this.#plain.add(connection)
    const own = this.#byUser.get(connection.member.id)
    if (own) own.add(connection)
    else this.#byUser.set(connection.member.id, new Set([connection]))
  }
}
