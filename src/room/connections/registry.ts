// The sockets of the room and who sits on them. What must outlive hibernation is in each socket's
// attachment; the rest is rebuilt from the sockets that exist.

import { type CloseCode, closeCodes } from '../../contract/close-codes.ts'
import { pastTime } from '../clock/clock.ts'
import { type FrameCounts, noFrames } from '../frames/flood-limits.ts'
import type { JoinRequest } from '../rpc.ts'
import { type Attachment, type Ping, readAttachment, writeAttachment } from './attachment.ts'
import { SocketCounts } from './socket-counts.ts'

/** Until when a socket lives, and what session it ends with. */
export type Pass = Pick<Attachment, 'sessionId' | 'tokenExpiresAt'>

export type Connection = Omit<Attachment, 'v' | 'waiting' | 'ping'> & {
  readonly socket: WebSocket
  waiting: { resume: JoinRequest['resume'] } | null
  /** Milliseconds; 0 where this start of the room has heard nothing. */
  lastHeardAt: number
  readonly heard: FrameCounts
  /** Up to which frame of the line's they were told, by this start of the room. */
  toldTo: number
  /** Bytes sent by this start of the room: in all, up to the last sweep, and up to the last proof. */
  sentBytes: number
  sweptBytes: number
  provenBytes: number
  /** The last one that a sweep saw. */
  ping: Ping | null
  /** The `tokenExpiresAt` that this start of the room has warned of; 0: none. */
  warnedOf: number
}

function connectionOf(socket: WebSocket, { v, waiting, ping, ...rest }: Attachment): Connection {
  return {
    ...rest,
    socket,
    waiting: waiting ?? null,
    lastHeardAt: 0,
    heard: noFrames(),
    toldTo: 0,
    sentBytes: 0,
    sweptBytes: 0,
    provenBytes: 0,
    ping: ping ?? null,
    warnedOf: 0,
  }
}

/** Closes a socket from our side. */
export function closeSocket(socket: WebSocket, code: CloseCode): void {
  if (isOpen(socket)) socket.close(code, closeCodes[code].reason)
}

const isOpen = (socket: WebSocket) => socket.readyState === WebSocket.OPEN

export class ConnectionRegistry {
  readonly #ctx: DurableObjectState
  readonly #connections = new Map<WebSocket, Connection>()
  readonly #byUser = new Map<string, Set<Connection>>()
  readonly #waiting = new Set<Connection>()
  readonly #batching = new Set<Connection>()
  readonly #plain = new Set<Connection>()
  /** Of open sockets, and of those that wait for their clients to answer our close. */
  readonly existing = new SocketCounts()

  constructor(ctx: DurableObjectState, now: number) {
    this.#ctx = ctx
    for (const socket of ctx.getWebSockets()) {
      const attachment = readAttachment(socket)
      this.existing.add(socket, attachment?.address)
      if (!isOpen(socket)) continue
      if (attachment) {
        const connection = connectionOf(socket, attachment)
        connection.connectedAt = pastTime(connection.connectedAt, now)
        if (connection.ping)
          connection.ping = { ...connection.ping, at: pastTime(connection.ping.at, now) }
        // Kept, or each start would take it for a new connection, and for a new ping.
        const wasLater =
          connection.connectedAt < attachment.connectedAt ||
          connection.ping?.at !== attachment.ping?.at
        if (wasLater) writeAttachment(connection)
        this.#add(connection)
      } else closeSocket(socket, 1012)
    }
  }

  /** Takes the server's end of a new socket. It hears nothing until it is welcomed. */
  take(socket: WebSocket, { resume, ...joinRequest }: JoinRequest, now: number): Connection {
    this.#ctx.acceptWebSocket(socket, [joinRequest.member.id])
    const connection = connectionOf(socket, {
      v: 2,
      ...joinRequest,
      connectedAt: now,
      waiting: { resume },
    })
    writeAttachment(connection)
    this.#add(connection)
    this.existing.add(socket, joinRequest.address)
    return connection
  }

  welcome(connection: Connection): void {
    connection.waiting = null
    this.#waiting.delete(connection)
    writeAttachment(connection)
  }

  /** Whoever sits there has shown another token. */
  renew(connection: Connection, { sessionId, tokenExpiresAt }: Pass): void {
    connection.sessionId = sessionId
    connection.tokenExpiresAt = tokenExpiresAt
    writeAttachment(connection)
  }

  /** A stamp from the future is kept with the socket, or each start would take it for a new ping. */
  notePing(connection: Connection, ping: Ping, ageMs: number): void {
    connection.ping = ping
    if (ageMs < 0) writeAttachment(connection)
  }

  of(socket: WebSocket): Connection | undefined {
    return this.#connections.get(socket)
  }

  ofUser(userId: string): ReadonlySet<Connection> {
    return this.#byUser.get(userId) ?? new Set()
  }

  /** How many sockets of a user were closed by us and are still held by their clients. */
  lingering(userId: string): number {
    return this.#ctx.getWebSockets(userId).filter((socket) => !this.#connections.has(socket)).length
  }

  all(): Iterable<Connection> {
    return this.#connections.values()
  }

  get joining(): ReadonlySet<Connection> {
    return this.#waiting
  }

  get count(): number {
    return this.#connections.size
  }

  /** Those that take several frames in one send. */
  get batching(): ReadonlySet<Connection> {
    return this.#batching
  }

  /** Those that get one frame a send. */
  get plain(): ReadonlySet<Connection> {
    return this.#plain
  }

  /** Forgets a socket. true: it was its user's last one. */
  leave(connection: Connection): boolean {
    if (!this.#connections.delete(connection.socket)) return false
    this.#waiting.delete(connection)
    this.#batching.delete(connection)
    this.#plain.delete(connection)
    const own = this.#byUser.get(connection.member.id)
    own?.delete(connection)
    if (own?.size !== 0) return false
    this.#byUser.delete(connection.member.id)
    return true
  }

  /** Holds the counts against the sockets that exist. */
  recount(): void {
    if (this.existing.all > this.count) this.existing.keepOnly(new Set(this.#ctx.getWebSockets()))
  }

  /** Seats whose sockets are no longer open, though no close was reported. */
  deserted(): Connection[] {
    return [...this.#connections.values()].filter(({ socket }) => !isOpen(socket))
  }

  /** The one of a user's seats that has been silent the longest. */
  longestSilent(userId: string, now: number): Connection | undefined {
    const heardAt = (connection: Connection) => {
      const ping = this.#ctx.getWebSocketAutoResponseTimestamp(connection.socket)?.getTime() ?? 0
      return Math.max(connection.connectedAt, connection.lastHeardAt, pastTime(ping, now))
    }
    return [...this.ofUser(userId)].sort((a, b) => heardAt(a) - heardAt(b))[0]
  }

  #add(connection: Connection): void {
    this.#connections.set(connection.socket, connection)
    if (connection.waiting) this.#waiting.add(connection)
    if (connection.batching) this.#batching.add(connection)
    else this.#plain.add(connection)
    const own = this.#byUser.get(connection.member.id)
    if (own) own.add(connection)
    else this.#byUser.set(connection.member.id, new Set([connection]))
  }
}
