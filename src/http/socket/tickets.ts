// Single-use tickets to open a socket, for clients that cannot set a subprotocol. A ticket is
// issued for an access token.

import { OpenAPIHono } from '@hono/zod-openapi'
import { ticket as ticketRoute } from '../../contract/routes/socket.ts'
import { isTicket, mintTicket } from '../../crypto/tickets.ts'
import type { Admitted } from '../../domain/session.ts'
import { storeTicket, takeTicket } from '../../redis/tickets.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { readRoom } from '../backends/room-client.ts'
import { queryRedis } from '../backends/stores.ts'
import { noStore, requireMember } from '../middleware/authentication.ts'
import { ProblemError, unwrap } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'

const ttlSeconds = 30

/** Returns the caller that the ticket admits; undefined: it is unknown, used or expired. */
export async function redeemTicket(
  { redis, clock }: Pick<Services, 'redis' | 'clock'>,
  ticket: string,
): Promise<Admitted | undefined> {
  if (!isTicket(ticket)) return undefined
  const admitted = await queryRedis(takeTicket(redis, ticket))
  return admitted && admitted.expiresAt > clock.now() ? admitted : undefined
}

export const ticketRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

ticketRoutes.openapi(
  { ...ticketRoute, middleware: [noStore, requireMember] as const },
  async (c) => {
    const { caller, expiresAt } = c.var
    unwrap(await readRoom(c.env, (room) => room.admits(caller)))
    // A ticket never outlives the token that it was issued for.
    const expires_in = Math.min(ttlSeconds, Math.floor((expiresAt - c.env.clock.now()) / 1000))
    if (expires_in < 1) throw new ProblemError({ code: 'token_expired' })
    const ticket = mintTicket()
    await queryRedis(storeTicket(c.env.redis, ticket, { ...caller, expiresAt }, expires_in))
    return c.json({ ticket, expires_in }, 201)
  },
)
