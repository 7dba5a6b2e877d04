// How much one address may read: a window of Cloudflare's own, counted where the call arrives.

import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { chat, health } from '../contract/routes.ts'
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
export const limitReads = createMiddleware<Wired>(async (c, next) => {
  const counted =
    (c.req.method === 'GET' || c.req.method === 'HEAD') &&
    c.req.path !== health.path &&
    c.req.path !== chat.path
  if (counted && !(await withinEdgeLimit(c)))
    throw new Refused({ code: 'rate_limited', retryAfterMs: edgeWindowMs })
  await next()
})
