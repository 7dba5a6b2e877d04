// The sockets of the room and who sits on them. What must outlive hibernation is in each socket's
// attachment; the rest is rebuilt from the sockets that exist.

import { type CloseCode, closeCodes } from '../contract/close-codes.ts'
import type { Member } from '../contract/entities.ts'
import type { Admission } from './calls.ts'
import { type FrameCounts, noFrames } from './flood.ts'

/** What a socket carries through hibernation and deploys. Its shape changes only with `v`. */
type Attachment = {
  v: 1
  member: Member
  tokenExpiresAt: number
  batching: boolean
  connectedAt: number
  /** Present until the newcomer was welcomed. */
  waiting?: { resume: Admission['resume'] }
}

export type Seat = Omit<Attachment, 'v' | 'waiting'> & {
  readonly socket: WebSocket
  waiting: { resume: Admission['resume'] } | null
  /** Milliseconds; 0 where this start of the room has heard nothing. */
  lastHeardAt: number
  readonly heard: FrameCounts
  /** Bytes sent by this start of the room: in all, up to the last sweep, and up to the last proof. */
  sentBytes: number
  sweptBytes: number
  provenBytes: number
  /** Of the last proof that a sweep saw; milliseconds, 0: none. */
  provenAt: number
}

function seatOf(socket: WebSocket, { v, waiting, ...rest }: Attachment): Seat {
  return {
    ...rest,
    socket,
    waiting: waiting ?? null,
    lastHeardAt: 0,
    heard: noFrames(),
    sentBytes: 0,
    sweptBytes: 0,
    provenBytes: 0,
    provenAt: 0,
  }
}

/** null: written by another version of the room, which this one can't serve. */
function readAttachment(socket: WebSocket): Attachment | null {
  const attachment = socket.deserializeAttachment() as { v?: unknown } | null
  return attachment?.v === 1 ? (attachment as Attachment) : null
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

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx
    for (const socket of ctx.getWebSockets()) {
      if (!isOpen(socket)) continue
      const attachment = readAttachment(socket)
      if (attachment) this.#add(seatOf(socket, attachment))
      else close(socket, 1012)
    }
  }

  /** Takes the server's end of a new socket. It hears nothing until it is welcomed. */
  take(socket: WebSocket, { member, tokenExpiresAt, batching, resume }: Admission, now: number) {
    const attachment: Attachment = {
      v: 1,
      member,
      tokenExpiresAt,
      batching,
      connectedAt: now,
      waiting: { resume },
    }
    this.#ctx.acceptWebSocket(socket, [member.id])
    socket.serializeAttachment(attachment)
    const seat = seatOf(socket, attachment)
    this.#add(seat)
    return seat
  }

  welcome(seat: Seat): void {
    const { member, tokenExpiresAt, batching, connectedAt } = seat
    seat.waiting = null
    this.#waiting.delete(seat)
    seat.socket.serializeAttachment({
      v: 1,
      member,
      tokenExpiresAt,
      batching,
      connectedAt,
    } satisfies Attachment)
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

  /** Forgets a socket. true: it was its user's last one. */
  leave(seat: Seat): boolean {
    if (!this.#seats.delete(seat.socket)) return false
    this.#waiting.delete(seat)
    const own = this.#byUser.get(seat.member.id)
    own?.delete(seat)
    if (own?.size !== 0) return false
    this.#byUser.delete(seat.member.id)
    return true
  }

  /** Seats whose sockets are no longer open, though no close was reported. */
  deserted(): Seat[] {
    return [...this.#seats.values()].filter(({ socket }) => !isOpen(socket))
  }

  /** The one of a user's seats that has been silent the longest. */
  longestSilent(userId: string): Seat | undefined {
    const heardAt = (seat: Seat) =>
      Math.max(
        seat.connectedAt,
        seat.lastHeardAt,
        this.#ctx.getWebSocketAutoResponseTimestamp(seat.socket)?.getTime() ?? 0,
      )
    return [...this.ofUser(userId)].sort((a, b) => heardAt(a) - heardAt(b))[0]
  }

  #add(seat: Seat): void {
    this.#seats.set(seat.socket, seat)
    if (seat.waiting) this.#waiting.add(seat)
    const own = this.#byUser.get(seat.member.id)
    if (own) own.add(seat)
    else this.#byUser.set(seat.member.id, new Set([seat]))
  }
}
