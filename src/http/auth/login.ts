// Logs a user in: checks a password and starts a session.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { login, type Tokens } from '../../contract/routes/sessions.ts'
import { canonicalEmail } from '../../contract/values.ts'
import { formToRehash } from '../../crypto/password.ts'
import { shownUserAgent } from '../../domain/session.ts'
import { deleteExpiredResets } from '../../postgres/password-resets.ts'
import { beginSession, deleteExpiredSessions } from '../../postgres/sessions.ts'
import {
  type Credentials,
  findByEmail,
  findUser,
  replacePasswordHash,
} from '../../postgres/users.ts'
import { chargeSession, refundSession } from '../../redis/attempt-limits.ts'
import { cacheUser } from '../../redis/user-cache.ts'
import type { AppEnv, Stores } from '../app-env.ts'
import { runInBackground } from '../backends/background.ts'
import { queryPostgres, queryRedis } from '../backends/stores.ts'
import { noStore } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'
import { type CheckedPassword, checkPassword, clearFailures, hashQueued } from './password-check.ts'
import { enforceLimit, refundOnFailure } from './rate-limit.ts'
import { revokeInRoomWithRetry } from './revoke-sessions.ts'
import { requireCookieSupport } from './session-cookie.ts'
import { issueTokens, type TokenTransport } from './session-tokens.ts'

/** How often an account that changes during the login is read again. */
const maxTries = 3

/** So that the first `/auth/me` has a cached user to fall back on. */
async function cacheUserById({ postgres, redis }: Stores, id: string): Promise<void> {
  const user = await queryPostgres(findUser(postgres, id))
  if (user) await queryRedis(cacheUser(redis, user))
}

/** Hashes the password again if its hash has an old form or a lower cost than configured. */
async function rehashPassword(
  c: Context<AppEnv>,
  { found, matched }: CheckedPassword,
): Promise<void> {
  const { password_hash: kept } = found
  const form = formToRehash(matched, { kept, cost: c.env.config.BCRYPT_COST })
  if (form === null) return
  const renewed = await hashQueued(c, form)
  await queryPostgres(replacePasswordHash(c.env.background.postgres, found, renewed))
}

/** Returns null if the account has changed since its password was checked. */
async function startSession(
  c: Context<AppEnv>,
  found: Credentials,
  way: TokenTransport,
): Promise<Tokens | null> {
  const { config, postgres, background, refreshTokens } = c.env
  const sessionId = crypto.randomUUID()
  const { token, hash } = await refreshTokens.mint(sessionId)
  const now = c.env.clock.now()
  const expiresAt = now + config.REFRESH_TOKEN_TTL * 1000
  const replaced = await queryPostgres(
    beginSession(postgres, found, {
      id: sessionId,
      userAgent: shownUserAgent(c.req.header('user-agent')),
      refreshHash: hash,
      now,
      expiresAt,
    }),
  )
  if (!replaced) return null
  runInBackground(c, revokeInRoomWithRetry(c.env, replaced))
  runInBackground(c, queryPostgres(deleteExpiredSessions(background.postgres, now)))
  runInBackground(c, queryPostgres(deleteExpiredResets(background.postgres, now)))
  const { id, username } = found
  const caller = { member: { id, username }, sessionId }
  return issueTokens(c, caller, { refreshToken: token, expiresAt, now }, way)
}

/** Limits sessions per account, because the room stores each revoked session. */
function withSessionLimit<T>(
  c: Context<AppEnv>,
  { attempt }: CheckedPassword,
  work: () => Promise<T>,
): Promise<T> {
  const { config, redis, background } = c.env
  return refundOnFailure(
    async () => {
      enforceLimit(
        await queryRedis(chargeSession(redis, attempt, config.SESSION_LIMIT, c.env.clock.now())),
        'There were too many logins to this account.',
      )
      return work()
    },
    () => runInBackground(c, queryRedis(refundSession(background.redis, attempt))),
  )
}

export const loginRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

loginRoutes.openapi({ ...login, middleware: [noStore, requireUtf8] as const }, async (c) => {
  const { email, password, cookie } = c.req.valid('json')
  if (cookie) requireCookieSupport(c)
  const account = canonicalEmail(email)
  const find = () => queryPostgres(findByEmail(c.env.postgres, account))

  for (let tries = 0; tries < maxTries; tries++) {
    const proof = await checkPassword(c, { account, password, find, refusal: 'bad_credentials' })
    clearFailures(c, proof)
    const way = cookie ? 'cookie' : 'body'
    const tokens = await withSessionLimit(c, proof, () => startSession(c, proof.found, way))
    if (!tokens) continue
    runInBackground(c, cacheUserById(c.env.background, proof.found.id))
    runInBackground(c, rehashPassword(c, proof))
    return c.json(tokens, 200)
  }
  throw new ProblemError({ code: 'unavailable' })
})
