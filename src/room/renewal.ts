// A socket lives as long as the token that it showed last. It is told before that one expires, may
// show another, and is closed when none came.

import type { CloseCode } from '../contract/close-codes.ts'
import type { Refusal } from '../contract/problems.ts'
import type { Verified } from '../domain/session.ts'
import type { Outcome } from './calls.ts'
import type { Clock } from './clock.ts'
import type { FanOut } from './fan-out.ts'
import type { RoomParts } from './parts.ts'
import type { Revocations } from './revocations.ts'
import type { Seat, Seats } from './seats.ts'
import { reply } from './sends.ts'

/** Two beats of the room, and what an alarm may be late: so at least a minute is left. */
const warnMs = 125_000

const refusals = {
  unauthenticated: {
    code: 'unauthenticated',
    detail: 'This token is not valid. Renew your access token and send it as authenticate.',
  },
  token_expired: {
    code: 'token_expired',
    detail: 'This token has expired. Renew your access token and send it as authenticate.',
  },
  otherAccount: {
    code: 'unauthenticated',
    detail: 'This token is of another account. Open a new connection for it.',
  },
  busy: {
    code: 'rate_limited',
    detail: 'The token that you sent before is still being checked.',
    retryAfterMs: 1_000,
  },
  gone: { code: 'session_ended' },
} as const satisfies Record<string, Refusal>

type Uses = {
  clock: Clock
  seats: Seats
  revocations: Revocations
  fanOut: Pick<FanOut, 'admitNow'>
  verify: RoomParts['verify']
  /** Ends a seat of ours. */
  expel: (seat: Seat, code: CloseCode) => void
}

export const tokenEnd = ({ tokenExpiresAt }: Pick<Seat, 'tokenExpiresAt'>): string =>
  new Date(tokenExpiresAt * 1000).toISOString()

export class Renewal {
  readonly #uses: Uses
  readonly #checking = new WeakSet<Seat>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** One check at a time for each socket, so that the token that was sent last is the one in force. */
  async renew(seat: Seat, token: string): Promise<Outcome<null>> {
    if (this.#checking.has(seat)) return { ok: false, refusal: refusals.busy }
    this.#checking.add(seat)
    try {
      const { verify, clock } = this.#uses
      const verified = await verify(token, clock.wall())
      const refusal = this.#settle(seat, verified)
      return refusal ? { ok: false, refusal } : { ok: true, value: null }
    } finally {
      this.#checking.delete(seat)
    }
  }

  /**
   * Warns connections whose token is about to expire, and closes those whose token has.
   *
   * @param now of the wall clock, by which tokens end
   */
  beat(now: number): void {
    const { seats, expel } = this.#uses
    for (const seat of [...seats.all()]) {
      const leftMs = seat.tokenExpiresAt * 1000 - now
      if (leftMs <= 0) expel(seat, 4401)
      else if (leftMs <= warnMs && seat.warnedOf !== seat.tokenExpiresAt) this.#warn(seat)
    }
  }

  /** Everything may have changed while the token was checked. */
  #settle(seat: Seat, verified: Verified): Refusal | null {
    const { seats, revocations } = this.#uses
    if (seats.of(seat.socket) !== seat) return refusals.gone
    if (!verified.ok) return refusals[verified.code]
    if (verified.member.id !== seat.member.id) return refusals.otherAccount
    const refusal = revocations.refusal(verified)
    if (refusal) return refusal
    // Also where it expires earlier: the socket belongs to this session now, and no longer to the
    // one before.
    seats.renew(seat, {
      sessionId: verified.sessionId,
      tokenExpiresAt: verified.expiresAt / 1000,
    })
    return null
  }

  #warn(seat: Seat): void {
    // The welcome comes first.
    if (seat.waiting) this.#uses.fanOut.admitNow(seat)
    seat.warnedOf = seat.tokenExpiresAt
    reply(seat, { event: 'token_expiring', data: { token_expires_at: tokenEnd(seat) } })
  }
}
