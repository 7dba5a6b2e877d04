// How often one member may call, or strangers from one address, and how often all of one address may:
// two windows of Cloudflare's own, counted where the call arrives. They stand in front of the throttles
// of accounts, too: those cost a trip to Redis.

import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { register } from '../contract/routes/accounts.ts'
import { chat } from '../contract/routes/chat.ts'
import { health } from '../contract/routes/operation.ts'
import { login, refresh } from '../contract/routes/sessions.ts'
import { addressKey } from '../domain/address.ts'
import { journalFault, traits } from '../journal.ts'
import { bearerOf } from './bearer.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

/** The bindings count by the minute. */
const edgeWindowMs = 60_000

/** What calls of one address are counted under. */
export function addressOf(c: Context<Wired>): string {
  return addressKey(c.req.header('cf-connecting-ip') ?? '')
}

/** A limit that can't be asked must not close the house: it only spares the room some work. */
async function isWithin(window: RateLimit, key: string): Promise<boolean> {
  try {
    return (await window.limit({ key })).success
  } catch (error) {
    journalFault('edge_limit_failed', traits(error))
    return true
  }
}

/**
 * Counts a call under its key, and with all others of its address: a window for each member alone
 * would let an address call as often as it has accounts. What its own window refuses is not counted
 * for the address: else one member of an office could use up the window of all.
 */
export async function withinEdgeLimit(c: Context<Wired>, key: string): Promise<boolean> {
  const { caller, address } = c.env.edge
  return (await isWithin(caller, key)) && (await isWithin(address, addressOf(c)))
}

export async function demandWithinEdgeLimit(c: Context<Wired>, key: string): Promise<void> {
  if (!(await withinEdgeLimit(c, key)))
    throw new Refused({ code: 'rate_limited', retryAfterMs: edgeWindowMs })
}

/** Upgrades are counted where they are made: a browser can't read their refusal as an answer. */
const uncounted: string[] = [health.path, chat.path]
/** So are calls of the operator, before their key is looked at. */
const operators = '/admin/'
/** Who comes through these has no use for a token, and must not be counted apart by showing one. */
const doors: string[] = [register, login, refresh].map(({ path }) => path)

/** A member by their token: a whole office has one address. Anyone else by their address. */
async function counterOf(c: Context<Wired>): Promise<string> {
  const token = doors.includes(c.req.path) ? undefined : bearerOf(c.req.header('authorization'))
  const checked = token === undefined ? undefined : await c.env.tokens.verify(token, Date.now())
  return checked?.ok ? `user:${checked.member.id}` : addressOf(c)
}

export const limitCallers = createMiddleware<Wired>(async (c, next) => {
  const { path } = c.req
  const isCounted = !uncounted.includes(path) && !path.startsWith(operators)
  if (isCounted) await demandWithinEdgeLimit(c, await counterOf(c))
  await next()
})
