// Logging in: a password for a session.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { login, type Tokens } from '../contract/routes/sessions.ts'
import { canonicalEmail } from '../contract/values.ts'
import { renewedForm } from '../crypto/password.ts'
import { shownUserAgent } from '../domain/session.ts'
import {
  type Credentials,
  findByEmail,
  findUser,
  replacePasswordHash,
} from '../postgres/members.ts'
import { beginSession, sweepSessions } from '../postgres/sessions.ts'
import { chargeSession, uncountSession } from '../redis/throttles.ts'
import { keepUser } from '../redis/user-copy.ts'
import { afterAnswer } from './after-answer.ts'
import { unstored } from './bearer.ts'
import { utf8Only } from './body.ts'
import { revokeInsistently } from './endings.ts'
import type { Stores, Wired } from './parts.ts'
import { hashInTurn, type Proof, provePassword, settle } from './passwords.ts'
import { Refused, refuseInvalid } from './problem.ts'
import { demandCookieKeeper } from './session-cookie.ts'
import { tokensFor, type Way } from './session-tokens.ts'
import { askPostgres, askRedis } from './stores.ts'
import { demand, takingBack } from './throttled.ts'

/** How often an account that changes under our hands is looked at anew. */
const triesMax = 3

/** So that the first `/auth/me` has a copy to fall back on. */
async function copyUser({ postgres, redis }: Stores, id: string): Promise<void> {
  const user = await askPostgres(findUser(postgres, id))
  if (user) await askRedis(keepUser(redis, user))
}

/** Gives an account of an older release, or of a lower cost, a hash of today's. */
async function renewHash(c: Context<Wired>, { found, matched }: Proof): Promise<void> {
  const { password_hash: kept } = found
  const form = renewedForm(matched, { kept, cost: c.env.config.BCRYPT_COST })
  if (form === null) return
  const renewed = await hashInTurn(c, form)
  await askPostgres(replacePasswordHash(c.env.background.postgres, found, renewed))
}

/** null: the account has changed since its password was checked. */
async function begin(c: Context<Wired>, found: Credentials, way: Way): Promise<Tokens | null> {
  const { config, postgres, background, refreshTokens } = c.env
  const sessionId = crypto.randomUUID()
  const { token, hash } = await refreshTokens.mint(sessionId)
  const now = Date.now()
  const expiresAt = now + config.REFRESH_TOKEN_TTL * 1000
  const surplus = await askPostgres(
    beginSession(postgres, found, {
      id: sessionId,
      userAgent: shownUserAgent(c.req.header('user-agent')),
      refreshHash: hash,
      now,
      expiresAt,
    }),
  )
  if (!surplus) return null
  afterAnswer(c, revokeInsistently(c.env, surplus))
  afterAnswer(c, askPostgres(sweepSessions(background.postgres, now)))
  const { id, username } = found
  const caller = { member: { id, username }, sessionId }
  return tokensFor(c, caller, { refreshToken: token, expiresAt, now }, way)
}

/** Who knows a password may not make the room remember sessions without end, either. */
function counted<T>(c: Context<Wired>, { attempt }: Proof, work: () => Promise<T>): Promise<T> {
  const { config, redis, background } = c.env
  return takingBack(
    async () => {
      demand(
        await askRedis(chargeSession(redis, attempt, config.SESSION_LIMIT, Date.now())),
        'There were too many logins to this account.',
      )
      return work()
    },
    () => afterAnswer(c, askRedis(uncountSession(background.redis, attempt))),
  )
}

export const loginCall = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

loginCall.openapi({ ...login, middleware: [unstored, utf8Only] as const }, async (c) => {
  const { email, password, cookie } = c.req.valid('json')
  if (cookie) demandCookieKeeper(c)
  const account = canonicalEmail(email)
  const find = () => askPostgres(findByEmail(c.env.postgres, account))

  for (let tries = 0; tries < triesMax; tries++) {
    const proof = await provePassword(c, { account, password, find, refusal: 'bad_credentials' })
    settle(c, proof)
    const way = cookie ? 'cookie' : 'body'
    const tokens = await counted(c, proof, () => begin(c, proof.found, way))
    if (!tokens) continue
    afterAnswer(c, copyUser(c.env.background, proof.found.id))
    afterAnswer(c, renewHash(c, proof))
    return c.json(tokens, 200)
  }
  throw new Refused({ code: 'unavailable' })
})
