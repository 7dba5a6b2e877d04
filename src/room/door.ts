// Who may come in, and what a newcomer is told first. The line admits them, so that no frame falls
// between the newcomer's position and the first live one.

import type { CloseCode } from '../contract/close-codes.ts'
import type { RoomFrame } from '../contract/frames.ts'
import { limits } from '../contract/values.ts'
import { protocol } from '../contract/version.ts'
import type { Attendance } from './attendance.ts'
import { type Admission, admissionHeader, closeCodeHeader } from './calls.ts'
import type { Clock } from './clock.ts'
import type { Limiter } from './limiter.ts'
import type { Log } from './log.ts'
import type { RoomParts } from './parts.ts'
import type { Presence } from './presence.ts'
import { tokenEnd } from './renewal.ts'
import { createReplays } from './replay.ts'
import type { Revocations } from './revocations.ts'
import type { Seat, Seats } from './seats.ts'
import { replyEncoded } from './sends.ts'

/** How often a client should ping, in milliseconds. */
const heartbeatMs = 30_000
/** Sockets of a user that we closed and whose clients did not answer yet. */
const lingeringMax = 4
/** So many bytes newcomers are told at once; who is left waits until the line has rested. */
const toldAtOnce = 8 * 1024 * 1024

type Uses = {
  clock: Clock
  log: Log
  seats: Seats
  presence: Presence
  attendance: Attendance
  revocations: Revocations
  limiter: Limiter
  rules: Pick<RoomParts, 'limits' | 'sockets'>
}

export class Door {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /**
   * Answers an upgrade that the Worker has checked. Whoever it seats waits to be admitted. A refusal
   * is a plain answer: its client could hold a socket open, and that would keep the room awake.
   */
  enter(request: Request): Response {
    const admission = readAdmission(request)
    if (!admission) return new Response(null, { status: 400 })
    const { clock, seats, attendance } = this.#uses
    const { member } = admission
    const now = clock.now()
    const refusal = this.#refusal(admission, now)
    if (refusal !== null)
      return new Response(null, { status: 403, headers: { [closeCodeHeader]: `${refusal}` } })
    const { 0: client, 1: server } = new WebSocketPair()
    this.#makeRoomFor(member.id)
    seats.take(server, admission, now)
    attendance.arrive(member)
    return new Response(null, {
      status: 101,
      webSocket: client,
      ...(admission.batching && { headers: { 'Sec-WebSocket-Protocol': protocol } }),
    })
  }

  /**
   * Welcomes newcomers, as many as may be told at once and at least one. Gives the bytes that were
   * told. They hear how things are now: the line tells them what comes later.
   */
  admit(newcomers: Iterable<Seat>): number {
    const { log, seats, presence } = this.#uses
    const count = presence.count
    const roster = this.roster()
    const synced = encode({ event: 'synced', data: {}, seq: log.position.seq })
    const replay = createReplays(log)
    let bytes = 0
    for (const seat of newcomers) {
      if (bytes >= toldAtOnce) break
      const missed = replay(seat.waiting?.resume ?? null)
      const welcome = encode(this.#welcome(seat, missed !== null, count))
      seats.welcome(seat)
      bytes += replyEncoded(seat, [welcome, roster, ...(missed ?? []), synced])
    }
    return bytes
  }

  /** How many are here, and the latest of them, as a frame. */
  roster(): string {
    const { presence } = this.#uses
    const users = presence.latest(limits.onlineListed)
    return encode({ event: 'users_online', data: { count: presence.count, users } })
  }

  #welcome(seat: Seat, resumed: boolean, count: number): RoomFrame {
    const { member } = seat
    const { max, windowMs } = this.#uses.rules.limits.sends
    return {
      event: 'welcome',
      data: {
        user_id: member.id,
        username: member.username,
        epoch: this.#uses.log.epoch,
        resumed,
        server_time: new Date(this.#uses.clock.wall()).toISOString(),
        token_expires_at: tokenEnd(seat),
        heartbeat_ms: heartbeatMs,
        max_content: limits.contentMax,
        rate_limit: { max, window_ms: windowMs },
        online_count: count,
      },
    }
  }

  #refusal(admission: Admission, now: number): CloseCode | null {
    const { revocations, seats, limiter, rules } = this.#uses
    const refusal = revocations.refusal(admission)
    if (refusal) return refusal.code === 'account_inactive' ? 4403 : 4401
    const userId = admission.member.id
    if (!limiter.connect(userId, now) || revocations.isTurnedAway(userId)) return 4429
    // Closed but unread, they hold memory as open ones do.
    if (seats.lingering(userId) >= lingeringMax) return 4429
    const { address } = admission
    if (address !== undefined && seats.existing.ofAddress(address) >= rules.sockets.address)
      return 4429
    return seats.existing.all >= rules.sockets.room ? 4503 : null
  }

  #makeRoomFor(userId: string): void {
    const { clock, seats, rules, attendance } = this.#uses
    if (seats.ofUser(userId).size < rules.sockets.user) return
    const silent = seats.longestSilent(userId, clock.now())
    if (silent) attendance.expel(silent, 4409)
  }
}

const encode = (frame: RoomFrame) => JSON.stringify(frame)

function readAdmission(request: Request): Admission | null {
  const header = request.headers.get(admissionHeader)
  if (header === null || request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return null
  // Made by the Worker, which alone can reach the room.
  return JSON.parse(decodeURIComponent(header)) as Admission
}
