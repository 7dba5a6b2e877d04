// Refuses upgrades. A browser cannot read the answer to a refused upgrade, so the first refusals of an
// address are sockets that are closed with a code. All further ones are plain answers, which hold no
// socket.

import type { Context } from 'hono'
import type { CloseCode } from '../contract/close-codes.ts'
import type { Refusal } from '../contract/problems.ts'
import { closedSocket, closedWindowMs } from './closed-sockets.ts'
import { addressOf } from './edge.ts'
import type { Wired } from './parts.ts'
import { problemAnswer } from './problem.ts'

const needsToken =
  'The room needs a valid access token: as the subprotocol "bearer.<access token>", as the parameter ' +
  '"token", or a ticket as the parameter "ticket". Log in again if yours has expired.'

/** What a plain answer says in the place of each code that an upgrade is refused with. */
const plain = {
  1013: { code: 'unavailable' },
  4401: { code: 'unauthenticated', detail: needsToken },
  4403: { code: 'origin_not_allowed', detail: 'This page or this account may not use the room.' },
  4429: { code: 'rate_limited' },
  4503: { code: 'room_busy', detail: 'The room is full. Try again in a minute.' },
} as const satisfies Partial<Record<CloseCode, Refusal>>

export type RefusalCode = keyof typeof plain

/** @param headers of the upgrade, if it is accepted */
export function refuseUpgrade(
  c: Context<Wired>,
  code: RefusalCode,
  headers: Record<string, string>,
): Response {
  if (c.env.closedSockets.count(addressOf(c), Date.now()))
    return closedSocket(c.executionCtx as unknown as Pick<ExecutionContext, 'abort'>, code, headers)
  return problemAnswer({ retryAfterMs: closedWindowMs, ...plain[code] })
}

/** The code of a refusal by a room, which may be older or newer than this Worker. */
export function refusalCodeOf(sent: string | null): RefusalCode {
  const known = Object.keys(plain).find((code) => code === sent)
  return known === undefined ? 1013 : (Number(known) as RefusalCode)
}
