// How often one address may call what anyone may: a window of Cloudflare's own, counted where the
// call arrives. It stands in front of the throttles of accounts, too: those cost a trip to Redis.

import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { changePassword, register } from '../contract/routes/accounts.ts'
import { chat, ticket } from '../contract/routes/chat.ts'
import { health } from '../contract/routes/operation.ts'
import { login, logout, refresh } from '../contract/routes/sessions.ts'
import { addressKey } from '../domain/address.ts'
import { journalFault, traits } from '../journal.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

/** The binding counts by the minute. */
export const edgeWindowMs = 60_000

/** What calls of one address are counted under. */
export function addressOf(c: Context<Wired>): string {
  return addressKey(c.req.header('cf-connecting-ip') ?? '')
}

/** A limit that can't be asked must not close the house: it only spares the room some work. */
export async function withinEdgeLimit(c: Context<Wired>): Promise<boolean> {
  try {
    return (await c.env.edge.limit({ key: addressOf(c) })).success
  } catch (error) {
    journalFault('edge_limit_failed', traits(error))
    return true
  }
}

/** Upgrades are counted where they are made: a browser can't read their refusal as an answer. */
const uncounted: string[] = [health.path, chat.path]
const counted: string[] = [register, login, refresh, logout, changePassword, ticket].map(
  ({ path }) => path,
)

function isCounted({ method, path }: { method: string; path: string }): boolean {
  if (method === 'POST') return counted.includes(path)
  return (method === 'GET' || method === 'HEAD') && !uncounted.includes(path)
}

export const limitStrangers = createMiddleware<Wired>(async (c, next) => {
  if (isCounted(c.req) && !(await withinEdgeLimit(c)))
    throw new Refused({ code: 'rate_limited', retryAfterMs: edgeWindowMs })
  await next()
})
