// The sockets of the room and who sits on them. What must outlive hibernation is in each socket's
// attachment; the rest is rebuilt from the sockets that exist.

import { type CloseCode, closeCodes } from '../contract/close-codes.ts'
import { type Attachment, type Ping, readAttachment, writeAttachment } from './attachment.ts'
import type { Admission } from './calls.ts'
import { pastTime } from './clock.ts'
import { type FrameCounts, noFrames } from './flood.ts'
import { SocketCounts } from './socket-counts.ts'

/** Until when a socket lives, and what session it ends with. */
export type Pass = Pick<Attachment, 'sessionId' | 'tokenExpiresAt'>

export type Seat = Omit<Attachment, 'v' | 'waiting' | 'ping'> & {
  readonly socket: WebSocket
  waiting: { resume: Admission['resume'] } | null
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

function seatOf(socket: WebSocket, { v, waiting, ping, ...rest }: Attachment): Seat {
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
export function close(socket: WebSocket, code: CloseCode): void {
  if (isOpen(socket)) socket.close(code, closeCodes[code].reason)
}

const isOpen = (socket: WebSocket) => socket.readyState === WebSocket.OPEN

export class Seats {
  readonly #ctx: DurableObjectState
  readonly #seats = new Map<WebSocket, Seat>()
  readonly #byUser = new Map<string, Set<Seat>>()
  readonly #waiting = new Set<Seat>()
  readonly #batching = new Set<Seat>()
  readonly #plain = new Set<Seat>()
  /** Of open sockets, and of those that wait for their clients to answer our close. */
  readonly existing = new SocketCounts()

  constructor(ctx: DurableObjectState, now: number) {
    this.#ctx = ctx
    for (const socket of ctx.getWebSockets()) {
      const attachment = readAttachment(socket)
      this.existing.add(socket, attachment?.address)
      if (!isOpen(socket)) continue
      if (attachment) {
        const seat = seatOf(socket, attachment)
        seat.connectedAt = pastTime(seat.connectedAt, now)
        if (seat.ping) seat.ping = { ...seat.ping, at: pastTime(seat.ping.at, now) }
        // Kept, or each start would take it for a new connection, and for a new ping.
        const wasLater =
          seat.connectedAt < attachment.connectedAt || seat.ping?.at !== attachment.ping?.at
        if (wasLater) writeAttachment(seat)
        this.#add(seat)
      } else close(socket, 1012)
    }
  }

  /** Takes the server's end of a new socket. It hears nothing until it is welcomed. */
  take(socket: WebSocket, { resume, ...admission }: Admission, now: number): Seat {
    this.#ctx.acceptWebSocket(socket, [admission.member.id])
    const seat = seatOf(socket, { v: 2, ...admission, connectedAt: now, waiting: { resume } })
    writeAttachment(seat)
    this.#add(seat)
    this.existing.add(socket, admission.address)
    return seat
  }

  welcome(seat: Seat): void {
    seat.waiting = null
    this.#waiting.delete(seat)
    writeAttachment(seat)
  }

  /** Whoever sits there has shown another token. */
  renew(seat: Seat, { sessionId, tokenExpiresAt }: Pass): void {
    seat.sessionId = sessionId
    seat.tokenExpiresAt = tokenExpiresAt
    writeAttachment(seat)
  }

  /** A stamp from the future is kept with the socket, or each start would take it for a new ping. */
  notePing(seat: Seat, ping: Ping, ageMs: number): void {
    seat.ping = ping
    if (ageMs < 0) writeAttachment(seat)
  }

  of(socket: WebSocket): Seat | undefined {
    return this.#seats.get(socket)
  }

  ofUser(userId: string): ReadonlySet<Seat> {
    return this.#byUser.get(userId) ?? new Set()
  }

  /** How many sockets of a user were closed by us and are still held by their clients. */
  lingering(userId: string): number {
    return this.#ctx.getWebSockets(userId).filter((socket) => !this.#seats.has(socket)).length
  }

  all(): Iterable<Seat> {
    return this.#seats.values()
  }

  get newcomers(): ReadonlySet<Seat> {
    return this.#waiting
  }

  get count(): number {
    return this.#seats.size
  }

  /** Those that take several frames in one send. */
  get batching(): ReadonlySet<Seat> {
    return this.#batching
  }

  /** Those that get one frame a send. */
  get plain(): ReadonlySet<Seat> {
    return this.#plain
  }

  /** Forgets a socket. true: it was its user's last one. */
  leave(seat: Seat): boolean {
    if (!this.#seats.delete(seat.socket)) return false
    this.#waiting.delete(seat)
    this.#batching.delete(seat)
    this.#plain.delete(seat)
    const own = this.#byUser.get(seat.member.id)
    own?.delete(seat)
    if (own?.size !== 0) return false
    this.#byUser.delete(seat.member.id)
    return true
  }

  /** Holds the counts against the sockets that exist. */
  recount(): void {
    if (this.existing.all > this.count) this.existing.keepOnly(new Set(this.#ctx.getWebSockets()))
  }

  /** Seats whose sockets are no longer open, though no close was reported. */
  deserted(): Seat[] {
    return [...this.#seats.values()].filter(({ socket }) => !isOpen(socket))
  }

  /** The one of a user's seats that has been silent the longest. */
  longestSilent(userId: string, now: number): Seat | undefined {
    const heardAt = (seat: Seat) => {
      const ping = this.#ctx.getWebSocketAutoResponseTimestamp(seat.socket)?.getTime() ?? 0
      return Math.max(seat.connectedAt, seat.lastHeardAt, pastTime(ping, now))
    }
    return [...this.ofUser(userId)].sort((a, b) => heardAt(a) - heardAt(b))[0]
  }

  #add(seat: Seat): void {
    this.#seats.set(seat.socket, seat)
    if (seat.waiting) this.#waiting.add(seat)
    if (seat.batching) this.#batching.add(seat)
    else this.#plain.add(seat)
    const own = this.#byUser.get(seat.member.id)
    if (own) own.add(seat)
    else this.#byUser.set(seat.member.id, new Set([seat]))
  }
}
