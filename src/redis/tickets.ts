// Tickets for one socket each, kept under their digests until they are used or too old.

import type { Admitted } from '../domain/session.ts'
import type { Redis } from './client.ts'
import { digest } from './digest.ts'

const ticketKey = async (ticket: string) => `ticket:${await digest(ticket)}`

export async function keepTicket(
  redis: Redis,
  ticket: string,
  admitted: Admitted,
  seconds: number,
): Promise<void> {
  await redis.set(await ticketKey(ticket), JSON.stringify(admitted), { ex: seconds })
}

/** Takes it away: nobody gets it twice. undefined: there is none, or it was used. */
export async function takeTicket(redis: Redis, ticket: string): Promise<Admitted | undefined> {
  const admitted = await redis.getdel<string>(await ticketKey(ticket))
  return admitted === null ? undefined : JSON.parse(admitted)
}
