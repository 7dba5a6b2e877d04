// Rate limits at the edge, with Cloudflare's own counters: one for each member or anonymous
// address, one for all calls of an address. They run before the limits in Redis, which cost a round
// trip.

import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { register } from '../../contract/routes/accounts.ts'
import { health } from '../../contract/routes/health.ts'
import { forgotPassword, resetPassword } from '../../contract/routes/password-reset.ts'
import { login, refresh } from '../../contract/routes/sessions.ts'
import { chat } from '../../contract/routes/socket.ts'
import { addressKey } from '../../domain/address.ts'
import { errorFields, logError } from '../../logger.ts'
import type { AppEnv } from '../app-env.ts'
import { ProblemError } from '../problem-error.ts'
import { bearerToken } from './authentication.ts'

/** The bindings count per minute. */
const windowMs = 60_000

/** The key under which calls from one address are counted. */
export function clientAddress(c: Context<AppEnv>): string {
  return addressKey(c.req.header('cf-connecting-ip') ?? '')
}

/** A limiter that fails lets the call pass, because this limit only protects the room from load. */
async function isWithin(window: RateLimit, key: string): Promise<boolean> {
  try {
    return (await window.limit({ key })).success
  } catch (error) {
    logError('edge_limit_failed', errorFields(error))
    return true
  }
}

/**
 * Counts a call under its key and under its address: with member windows alone, one address could
 * multiply its limit by its accounts. A call that the first window refuses is not counted for the
 * address, so that one member of an office cannot use up the window of all.
 */
export async function isWithinEdgeLimit(c: Context<AppEnv>, key: string): Promise<boolean> {
  const { caller, address } = c.env.edgeLimits
  return (await isWithin(caller, key)) && (await isWithin(address, clientAddress(c)))
}

export async function enforceEdgeLimit(c: Context<AppEnv>, key: string): Promise<void> {
  if (!(await isWithinEdgeLimit(c, key)))
    throw new ProblemError({ code: 'rate_limited', retryAfterMs: windowMs })
}

/**
 * Upgrades have their own count in the upgrade handler, because a browser cannot read their
 * refusal.
 */
const countedElsewhere: string[] = [health.path, chat.path]
/** The operator's calls have their own count, before their token is checked. */
const operatorPrefix = '/admin/'
/** These routes need no token, so showing one must not move the caller to another counter. */
const countedByAddress: string[] = [
  ...[register, login, refresh],
  ...[forgotPassword, resetPassword],
].map(({ path }) => path)

/**
 * Members are counted by their token, because a whole office shares one address. All others are
 * counted by address.
 */
async function limitKey(c: Context<AppEnv>): Promise<string> {
  const token = countedByAddress.includes(c.req.path)
    ? undefined
    : bearerToken(c.req.header('authorization'))
  const checked =
    token === undefined ? undefined : await c.env.tokens.verify(token, c.env.clock.now())
  return checked?.ok ? `user:${checked.member.id}` : clientAddress(c)
}

export const edgeRateLimit = createMiddleware<AppEnv>(async (c, next) => {
  const { path } = c.req
  const isCounted = !countedElsewhere.includes(path) && !path.startsWith(operatorPrefix)
  if (isCounted) await enforceEdgeLimit(c, await limitKey(c))
  await next()
})
