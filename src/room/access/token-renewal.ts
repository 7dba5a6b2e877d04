// Keeps a connection open as long as the latest token of its client is valid. It warns the client
// before that token expires, accepts a new one, and closes the connection if none came in time.

import type { Refusal } from '../../contract/problems.ts'
import type { Verified } from '../../domain/session.ts'
import { reply } from '../broadcast/batch.ts'
import type { Clock } from '../clock/clock.ts'
import type { ConnectionCloser } from '../connections/closer.ts'
import { type Connection, tokenEnd } from '../connections/connection.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { SlowConsumers } from '../connections/slow-consumers.ts'
import type { RoomPorts } from '../ports.ts'
import type { Outcome } from '../rpc.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import type { Access } from './access.ts'

/** Two ticks and a possible delay of the alarm, so that the client has at least a minute. */
const warnMs = 125_000

const refusals = {
  unauthenticated: {
    code: 'unauthenticated',
    detail: 'This token is not valid. Refresh your access token and send it as authenticate.',
  },
  token_expired: {
    code: 'token_expired',
    detail: 'This token has expired. Refresh your access token and send it as authenticate.',
  },
  otherAccount: {
    code: 'unauthenticated',
    detail: 'This token belongs to another account. Open a new connection for it.',
  },
  busy: {
    code: 'rate_limited',
    detail: 'The token that you sent before is still being checked. Try again in a second.',
    retryAfterMs: 1_000,
  },
  connectionClosed: { code: 'session_ended' },
} as const satisfies Record<string, Refusal>

type Uses = {
  clock: Clock
  connections: ConnectionRegistry
  access: Pick<Access, 'refusal'>
  sequencer: Pick<Sequencer, 'admitNow'>
  slowConsumers: Pick<SlowConsumers, 'countReplies'>
  closer: Pick<ConnectionCloser, 'close'>
  verify: RoomPorts['verify']
}

export class TokenRenewal {
  readonly #uses: Uses
  readonly #checking = new WeakSet<Connection>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Checks one token of a connection at a time, so that the token sent last is the valid one. */
  async renew(connection: Connection, token: string): Promise<Outcome<null>> {
    if (this.#checking.has(connection)) return { ok: false, refusal: refusals.busy }
    this.#checking.add(connection)
    try {
      const { verify, clock } = this.#uses
      const verified = await verify(token, clock.wall())
      const refusal = this.#applyVerified(connection, verified)
      return refusal ? { ok: false, refusal } : { ok: true, value: null }
    } finally {
      this.#checking.delete(connection)
    }
  }

  /**
   * Warns connections whose token is about to expire, and closes those whose token has.
   *
   * @param now of the wall clock, by which tokens expire
   */
  tick(now: number): void {
    const { connections, closer } = this.#uses
    for (const connection of [...connections.all()]) {
      const leftMs = connection.tokenExpiresAt * 1000 - now
      if (leftMs <= 0) closer.close(connection, 4401)
      else if (leftMs <= warnMs && connection.warnedExpiry !== connection.tokenExpiresAt)
        this.#warn(connection)
    }
  }

  /** The connection or its session may have ended while the token was checked. */
  #applyVerified(connection: Connection, verified: Verified): Refusal | null {
    const { connections, access } = this.#uses
    if (!connections.isOpen(connection)) return refusals.connectionClosed
    if (!verified.ok) return refusals[verified.code]
    if (verified.member.id !== connection.member.id) return refusals.otherAccount
    const refusal = access.refusal(verified)
    if (refusal) return refusal
    // A token that expires earlier is applied too: the connection belongs to its session from now
    // on, and no longer to the session before.
    connections.renew(connection, {
      sessionId: verified.sessionId,
      tokenExpiresAt: verified.expiresAt / 1000,
    })
    return null
  }

  #warn(connection: Connection): void {
    // The welcome must be the first frame of a connection.
    const { clock, sequencer, slowConsumers } = this.#uses
    if (connection.state.kind === 'joining') sequencer.admitNow(connection)
    connection.warnedExpiry = connection.tokenExpiresAt
    const data = { token_expires_at: tokenEnd(connection) }
    slowConsumers.countReplies(reply(connection, { event: 'token_expiring', data }), clock.now())
  }
}
