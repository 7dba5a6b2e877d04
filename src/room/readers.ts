// Finds the sockets that nobody reads: what is sent to them piles up in the room's memory. Only a
// ping that the platform answers proves a reader; what was sent since then is unproven.

import type { CloseCode } from '../contract/close-codes.ts'
import type { Seat, Seats } from './seats.ts'

const KiB = 1024
const MiB = 1024 * KiB

/** How long, and for how many bytes, a socket is trusted since its last proof. */
const trust = {
  proven: { ageMs: 90_000, bytes: 2 * MiB },
  /** Never pinged: perhaps a client that knows no ping. */
  unknown: { ageMs: 15 * 60_000, bytes: 8 * MiB },
} as const
/** Under traffic the sockets are swept whenever so much was broadcast. */
const sweepEveryBytes = 512 * KiB
/** What sockets that we closed may still hold before the room gives up its memory by a restart. */
const unreadMax = 48 * MiB

type Uses = {
  ctx: DurableObjectState
  seats: Seats
  expel: (seat: Seat, code: CloseCode) => void
}

export class Readers {
  readonly #uses: Uses
  /** Sockets that we closed and whose clients did not answer: bytes that may still be queued. */
  readonly #unread = new Map<WebSocket, number>()
  #broadcastBytes = 0

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** So much went out to everyone. */
  count(bytes: number, now: number): void {
    this.#broadcastBytes += bytes
    if (this.#broadcastBytes >= sweepEveryBytes) this.sweep(now)
  }

  /** Closes whoever was trusted for too long. */
  sweep(now: number): void {
    const { ctx, seats, expel } = this.#uses
    this.#broadcastBytes = 0
    for (const seat of [...seats.all()]) {
      const provenAt = ctx.getWebSocketAutoResponseTimestamp(seat.socket)?.getTime() ?? null
      if (provenAt !== null && provenAt > seat.provenAt) {
        seat.provenAt = provenAt
        // The ping came after the last sweep, so all that was sent before that one is proven.
        seat.provenBytes = seat.sweptBytes
      }
      seat.sweptBytes = seat.sentBytes
      const { ageMs, bytes } = provenAt === null ? trust.unknown : trust.proven
      const since = provenAt ?? seat.connectedAt
      if (now - since > ageMs || unproven(seat) > bytes) expel(seat, 4408)
    }
    this.#giveUpMemory()
  }

  /** We closed this one. Its memory is free only when its client has gone. */
  closed(seat: Seat): void {
    this.#unread.set(seat.socket, unproven(seat))
  }

  gone(socket: WebSocket): void {
    this.#unread.delete(socket)
  }

  #giveUpMemory(): void {
    const { ctx } = this.#uses
    if (this.#unread.size === 0) return
    // A socket's end is not always reported.
    const listed = new Set(ctx.getWebSockets())
    let bytes = 0
    for (const [socket, queued] of this.#unread) {
      if (listed.has(socket)) bytes += queued
      else this.#unread.delete(socket)
    }
    if (bytes > unreadMax) ctx.abort('Sockets that nobody reads hold too much memory')
  }
}

const unproven = ({ sentBytes, provenBytes }: Seat) => sentBytes - provenBytes
