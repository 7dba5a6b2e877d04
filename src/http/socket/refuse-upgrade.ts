// Refuses upgrades. A browser cannot read an HTTP response to an upgrade, so the first refusals of
// a caller are sockets that close with a code. Further ones are HTTP responses, which hold no
// socket.

import type { Context } from 'hono'
import type { CloseCode } from '../../contract/close-codes.ts'
import type { Refusal } from '../../contract/problems.ts'
import type { AppEnv } from '../app-env.ts'
import { clientAddress } from '../middleware/edge-rate-limit.ts'
import { problemResponse } from '../problem-response.ts'
import { openRefusalSocket, refusalWindowMs } from './refusal-sockets.ts'

const tokenRequired =
  'The room needs a valid access token: as the subprotocol "bearer.<access token>", as the parameter ' +
  '"token", or a ticket as the parameter "ticket". Log in again if yours has expired.'

/** The HTTP problem that stands for each close code. */
const problemByCode = {
  1013: { code: 'unavailable' },
  4401: { code: 'unauthenticated', detail: tokenRequired },
  4403: { code: 'origin_not_allowed', detail: 'This page or this account may not use the room.' },
  4429: { code: 'rate_limited' },
  4503: { code: 'room_busy', detail: 'The room is full. Try again in a minute.' },
} as const satisfies Partial<Record<CloseCode, Refusal>>

export type RefusalCode = keyof typeof problemByCode

/**
 * @param headers of the upgrade response
 * @param caller the refusal counts for; the member if it is known, because many members may share an
 * address, and all of them have to learn at once that their tokens must be renewed
 * @param farewell a frame that tells more than the code
 */
export function refuseUpgrade(
  c: Context<AppEnv>,
  code: RefusalCode,
  headers: Record<string, string>,
  { caller = clientAddress(c), farewell }: { caller?: string; farewell?: string | undefined } = {},
): Response {
  const { clock, refusalSocketLimit } = c.env
  if (refusalSocketLimit.tryAcquire(caller, clock.now())) {
    const context = c.executionCtx as unknown as Pick<ExecutionContext, 'abort'>
    return openRefusalSocket({ clock, context, code, headers, farewell })
  }
  const refusal: Refusal = farewell === undefined ? problemByCode[code] : { code: 'banned' }
  return problemResponse({ retryAfterMs: refusalWindowMs, ...refusal })
}

/** Reads the close code of a room, which may be one release older or newer than this Worker. */
export function refusalCode(sent: string | null): RefusalCode {
  const known = Object.keys(problemByCode).find((code) => code === sent)
  return known === undefined ? 1013 : (Number(known) as RefusalCode)
}
