// Finds the sockets that nobody reads: what is sent to them piles up in the room's memory. Only a
// ping that the platform answers proves a reader; what was sent since then is unproven. A close
// proves one, too: who reads answers it and comes back.

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
/** What sockets that never pinged may hold together; then those that hold the most are closed. */
const unknownMax = 24 * MiB
/** So long a client may take to ping first, and to answer our close. */
const answerMs = 10_000
/** What sockets whose clients do not answer may hold before the room frees it by a restart. */
const unreadMax = 24 * MiB

type Uses = {
  ctx: DurableObjectState
  seats: Seats
  expel: (seat: Seat, code: CloseCode) => void
}

export class Readers {
  readonly #uses: Uses
  /** Sockets that we closed and whose clients did not answer: bytes that may still be queued. */
  readonly #unread = new Map<WebSocket, { bytes: number; closedAt: number }>()
  #broadcastBytes = 0

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** So much went out to everyone. */
  count(bytes: number, now: number): void {
    this.#broadcastBytes += bytes
    if (this.#broadcastBytes >= sweepEveryBytes) this.sweep(now)
  }

  /** Closes whoever was trusted for too long, or with too many others. */
  sweep(now: number): void {
    const { ctx, seats, expel } = this.#uses
    this.#broadcastBytes = 0
    const unknown: Seat[] = []
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
      else if (provenAt === null && now - since > answerMs) unknown.push(seat)
    }
    this.#squeeze(unknown)
    this.#giveUpMemory(now)
  }

  /** We closed this one. Its memory is free only when its client has gone. */
  closed(seat: Seat, now: number): void {
    this.#unread.set(seat.socket, { bytes: unproven(seat), closedAt: now })
  }

  gone(socket: WebSocket): void {
    this.#unread.delete(socket)
  }

  /** Who reads answers the close and comes back; who does not is known then. */
  #squeeze(unknown: Seat[]): void {
    let bytes = unknown.reduce((sum, seat) => sum + unproven(seat), 0)
    for (const seat of unknown.sort((a, b) => unproven(b) - unproven(a))) {
      if (bytes <= unknownMax) return
      bytes -= unproven(seat)
      this.#uses.expel(seat, 4408)
    }
  }

  #giveUpMemory(now: number): void {
    const { ctx } = this.#uses
    if (this.#unread.size === 0) return
    // A socket's end is not always reported.
    const listed = new Set(ctx.getWebSockets())
    let unanswered = 0
    for (const [socket, { bytes, closedAt }] of this.#unread) {
      if (!listed.has(socket)) this.#unread.delete(socket)
      else if (now - closedAt > answerMs) unanswered += bytes
    }
    if (unanswered > unreadMax) ctx.abort('Sockets that nobody reads hold too much memory')
  }
}

const unproven = ({ sentBytes, provenBytes }: Seat) => sentBytes - provenBytes
