// Opening an account, logging in, and who a token speaks for.
// Both throttles are asked first: without them nobody gets to guess, so they fail closed.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { User } from '../contract/entities.ts'
import { login, me, register } from '../contract/routes.ts'
import { canonicalEmail } from '../contract/values.ts'
import { hashPassword, verifyPassword } from '../crypto/password.ts'
import { findByEmail, findUser, insertUser } from '../postgres/members.ts'
import {
  chargeLogin,
  chargeRegistration,
  clearLogin,
  uncountLogin,
  uncountRegistration,
} from '../redis/throttles.ts'
import { keepUser, readUser } from '../redis/user-copy.ts'
import type { Verdict } from '../redis/windows.ts'
import { membersOnly, unstored } from './bearer.ts'
import { addressOf } from './edge.ts'
import type { Stores, Wired } from './parts.ts'
import { Refused, refuseInvalid } from './problem.ts'
import { askPostgres, askRedis } from './stores.ts'

function demand(verdict: Verdict, detail: string): void {
  if (verdict.allowed) return
  throw new Refused({ code: 'rate_limited', detail, retryAfterMs: verdict.retryAfterMs })
}

/** Behind the answer: nobody waits for it, and a failure is in the log already. */
function behind(c: Context<Wired>, work: Promise<unknown>): void {
  c.executionCtx.waitUntil(work.catch(() => undefined))
}

/** What fails for no fault of the person must not count against them. */
async function orElse<T>(work: Promise<T>, takeBack: () => void): Promise<T> {
  try {
    return await work
  } catch (error) {
    takeBack()
    throw error
  }
}

/** So that the first `/auth/me` has a copy to fall back on. */
async function copyUser({ postgres, redis }: Stores, id: string): Promise<void> {
  const user = await askPostgres(findUser(postgres, id))
  if (user) await askRedis(keepUser(redis, user))
}

async function userOrCopy({ postgres, redis }: Stores, id: string): Promise<User | undefined> {
  try {
    return await askPostgres(findUser(postgres, id))
  } catch (postgresAway) {
    const copy = await askRedis(readUser(redis, id))
    if (!copy) throw postgresAway
    return copy
  }
}

export const authCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

authCalls.openapi({ ...register, middleware: [unstored] as const }, async (c) => {
  const { username, email, password } = c.req.valid('json')
  const { config, postgres, redis } = c.env
  const id = crypto.randomUUID()

  const attempt = { id, address: addressOf(c) }
  demand(
    await askRedis(chargeRegistration(redis, attempt, config.REGISTER_LIMIT, Date.now())),
    'Too many accounts were opened from this address. Try again later.',
  )

  const passwordHash = await hashPassword(password, config.BCRYPT_COST)
  const user = await orElse(
    askPostgres(insertUser(postgres, { id, username, email, passwordHash })),
    () => behind(c, askRedis(uncountRegistration(redis, attempt))),
  )
  if (typeof user === 'string') throw new Refused({ code: user })
  behind(c, askRedis(keepUser(redis, user)))
  return c.json(user, 201)
})

authCalls.openapi({ ...login, middleware: [unstored] as const }, async (c) => {
  const { email, password } = c.req.valid('json')
  const { config, postgres, redis, tokens } = c.env
  const account = canonicalEmail(email)

  // Before the password is looked at, so that guesses in parallel can't outrun the count.
  const attempt = { id: crypto.randomUUID(), account, address: addressOf(c) }
  const limits = {
    pair: config.LOGIN_LIMIT_PAIR,
    address: config.LOGIN_LIMIT_ADDRESS,
    account: config.LOGIN_LIMIT_ACCOUNT,
  }
  demand(
    await askRedis(chargeLogin(redis, attempt, limits, Date.now())),
    'Too many failed logins. Try again later.',
  )

  const found = await orElse(askPostgres(findByEmail(postgres, account)), () =>
    behind(c, askRedis(uncountLogin(redis, attempt))),
  )
  const known = await verifyPassword(password, found?.password_hash ?? null, config.BCRYPT_COST)
  if (!found || !known) throw new Refused({ code: 'bad_credentials' })
  if (!found.is_active) throw new Refused({ code: 'account_inactive' })

  behind(c, askRedis(clearLogin(redis, attempt)))
  behind(c, copyUser(c.env, found.id))
  const { id, username } = found
  const issued = await tokens.issue({ id, username }, Date.now())
  return c.json({ ...issued, token_type: 'bearer' as const }, 200)
})

authCalls.openapi({ ...me, middleware: [unstored, membersOnly] as const }, async (c) => {
  const { id } = c.var.member
  const user = await userOrCopy(c.env, id)
  if (!user) throw new Refused({ code: 'unauthenticated' })
  if (!user.is_active) throw new Refused({ code: 'account_inactive' })
  behind(c, askRedis(keepUser(c.env.redis, user)))
  return c.json(user, 200)
})
