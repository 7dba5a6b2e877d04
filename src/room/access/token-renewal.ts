// A socket lives as long as the token that it showed last. It is told before that one expires, may
// show another, and is closed when none came.

import type { CloseCode } from '../../contract/close-codes.ts'
import type { Refusal } from '../../contract/problems.ts'
import type { Verified } from '../../domain/session.ts'
import { reply } from '../broadcast/batch.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection, ConnectionRegistry } from '../connections/registry.ts'
import type { RoomPorts } from '../ports.ts'
import type { Outcome } from '../rpc.ts'
import type { Revocations } from './revocations.ts'

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
  connections: ConnectionRegistry
  revocations: Revocations
  broadcaster: Pick<Broadcaster, 'admitNow'>
  verify: RoomPorts['verify']
  /** Ends a seat of ours. */
  close: (connection: Connection, code: CloseCode) => void
}

export const tokenEnd = ({ tokenExpiresAt }: Pick<Connection, 'tokenExpiresAt'>): string =>
  new Date(tokenExpiresAt * 1000).toISOString()

export class TokenRenewal {
  readonly #uses: Uses
  readonly #checking = new WeakSet<Connection>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** One check at a time for each socket, so that the token that was sent last is the one in force. */
  async renew(connection: Connection, token: string): Promise<Outcome<null>> {
    if (this.#checking.has(connection)) return { ok: false, refusal: refusals.busy }
    this.#checking.add(connection)
    try {
      const { verify, clock } = this.#uses
      const verified = await verify(token, clock.wall())
      const refusal = this.#settle(connection, verified)
      return refusal ? { ok: false, refusal } : { ok: true, value: null }
    } finally {
      this.#checking.delete(connection)
    }
  }

  /**
   * Warns connections whose token is about to expire, and closes those whose token has.
   *
   * @param now of the wall clock, by which tokens end
   */
  beat(now: number): void {
    const { connections, close } = this.#uses
    for (const connection of [...connections.all()]) {
      const leftMs = connection.tokenExpiresAt * 1000 - now
      if (leftMs <= 0) close(connection, 4401)
      else if (leftMs <= warnMs && connection.warnedOf !== connection.tokenExpiresAt)
        this.#warn(connection)
    }
  }

  /** Everything may have changed while the token was checked. */
  #settle(connection: Connection, verified: Verified): Refusal | null {
    const { connections, revocations } = this.#uses
    if (connections.of(connection.socket) !== connection) return refusals.gone
    if (!verified.ok) return refusals[verified.code]
    if (verified.member.id !== connection.member.id) return refusals.otherAccount
    const refusal = revocations.refusal(verified)
    if (refusal) return refusal
    // Also where it expires earlier: the socket belongs to this session now, and no longer to the
    // one before.
    connections.renew(connection, {
      sessionId: verified.sessionId,
      tokenExpiresAt: verified.expiresAt / 1000,
    })
    return null
  }

  #warn(connection: Connection): void {
    // The welcome comes first.
    if (connection.waiting) this.#uses.broadcaster.admitNow(connection)
    connection.warnedOf = connection.tokenExpiresAt
    reply(connection, { event: 'token_expiring', data: { token_expires_at: tokenEnd(connection) } })
  }
}
