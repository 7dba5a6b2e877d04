// Single-use tickets for the socket, stored under their digests until they are used or expire.

import type { Admitted } from '../domain/session.ts'
import type { Redis } from './client.ts'
import { digest } from './digest.ts'

const ticketKey = async (ticket: string) => `ticket:${await digest(ticket)}`

export async function storeTicket(
  redis: Redis,
  ticket: string,
  admitted: Admitted,
  seconds: number,
): Promise<void> {
  await redis.set(await ticketKey(ticket), JSON.stringify(admitted), { ex: seconds })
}

/** Returns the ticket's content and deletes it; undefined: it is unknown or used. */
export async function takeTicket(redis: Redis, ticket: string): Promise<Admitted | undefined> {
  const admitted = await redis.getdel<string>(await ticketKey(ticket))
  return admitted === null ? undefined : JSON.parse(admitted)
}
