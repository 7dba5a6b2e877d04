// Tickets: a way into the room for clients that can set no subprotocol. Bought with a token, good
// for one socket and half a minute.

import { OpenAPIHono } from '@hono/zod-openapi'
import { ticket as ticketRoute } from '../contract/routes/chat.ts'
import { isTicket, mintTicket } from '../crypto/ticket.ts'
import type { Admitted } from '../domain/session.ts'
import { keepTicket, takeTicket } from '../redis/tickets.ts'
import { membersOnly, unstored } from './bearer.ts'
import type { Parts, Wired } from './parts.ts'
import { granted, Refused, refuseInvalid } from './problem.ts'
import { askRoom } from './room-line.ts'
import { askRedis } from './stores.ts'

/** Seconds. */
const goodFor = 30

/** Whom the ticket admits. undefined: nobody, or nobody any more. */
export async function redeem(
  { redis }: Pick<Parts, 'redis'>,
  ticket: string,
): Promise<Admitted | undefined> {
  if (!isTicket(ticket)) return undefined
  const admitted = await askRedis(takeTicket(redis, ticket))
  return admitted && admitted.expiresAt > Date.now() ? admitted : undefined
}

export const ticketCall = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

ticketCall.openapi({ ...ticketRoute, middleware: [unstored, membersOnly] as const }, async (c) => {
  const { caller, expiresAt } = c.var
  granted(await askRoom(c.env, (room) => room.admits(caller)))
  // It never outlives the token that it was bought with.
  const expires_in = Math.min(goodFor, Math.floor((expiresAt - Date.now()) / 1000))
  if (expires_in < 1) throw new Refused({ code: 'token_expired' })
  const ticket = mintTicket()
  await askRedis(keepTicket(c.env.redis, ticket, { ...caller, expiresAt }, expires_in))
  return c.json({ ticket, expires_in }, 201)
})
