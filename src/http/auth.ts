// Opening an account, logging in, and who a token speaks for.
// Both throttles are asked first: without them nobody gets to guess, so they fail closed.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { User } from '../contract/entities.ts'
import { login, me, register } from '../contract/routes.ts'
import { canonicalEmail } from '../contract/values.ts'
import { hashPassword, verifyPassword } from '../crypto/password.ts'
import { journalFault } from '../journal.ts'
import { postgresFault } from '../postgres/client.ts'
import { findByEmail, findUser, insertUser } from '../postgres/members.ts'
import { redisFault } from '../redis/client.ts'
import { chargeLogin, chargeRegistration, clearLogin } from '../redis/throttles.ts'
import { keepUser, readUser } from '../redis/user-copy.ts'
import type { Verdict } from '../redis/windows.ts'
import { membersOnly, unstored } from './bearer.ts'
import { addressOf } from './edge.ts'
import type { Stores, Wired } from './parts.ts'
import { Refused, refuseInvalid } from './problem.ts'

function demand(verdict: Verdict, detail: string): void {
  if (verdict.allowed) return
  throw new Refused({ code: 'rate_limited', detail, retryAfterMs: verdict.retryAfterMs })
}

/** For what happens behind an answer: nobody waits for it, and nobody is told that it failed. */
async function quietly(event: string, work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    journalFault(event, { code: redisFault(error) })
  }
}

/** So that the first `/auth/me` has a copy to fall back on. */
async function copyUser({ postgres, redis }: Stores, id: string): Promise<void> {
  const user = await findUser(postgres, id)
  if (user) await keepUser(redis, user)
}

async function userOrCopy({ postgres, redis }: Stores, id: string): Promise<User | undefined> {
  try {
    return await findUser(postgres, id)
  } catch (error) {
    journalFault('postgres_away', { code: postgresFault(error) })
    const copy = await readUser(redis, id)
    if (!copy) throw new Refused({ code: 'unavailable' })
    return copy
  }
}

export const authCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

authCalls.openapi({ ...register, middleware: [unstored] as const }, async (c) => {
  const { username, email, password } = c.req.valid('json')
  const { config, postgres, redis } = c.env
  const id = crypto.randomUUID()

  const attempt = { id, address: addressOf(c) }
  const verdict = await chargeRegistration(redis, attempt, config.REGISTER_LIMIT, Date.now())
  demand(verdict, 'Too many accounts were opened from this address. Try again later.')

  const passwordHash = await hashPassword(password, config.BCRYPT_COST)
  const user = await insertUser(postgres, { id, username, email, passwordHash })
  if (typeof user === 'string') throw new Refused({ code: user })
  c.executionCtx.waitUntil(quietly('user_copy_failed', keepUser(redis, user)))
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
    await chargeLogin(redis, attempt, limits, Date.now()),
    'Too many failed logins. Try again later.',
  )

  const found = await findByEmail(postgres, account)
  const known = await verifyPassword(password, found?.password_hash ?? null, config.BCRYPT_COST)
  if (!found || !known) throw new Refused({ code: 'bad_credentials' })
  if (!found.is_active) throw new Refused({ code: 'account_inactive' })

  c.executionCtx.waitUntil(quietly('login_clear_failed', clearLogin(redis, attempt)))
  c.executionCtx.waitUntil(quietly('user_copy_failed', copyUser(c.env, found.id)))
  const { id, username } = found
  const issued = await tokens.issue({ id, username }, Date.now())
  return c.json({ ...issued, token_type: 'bearer' as const }, 200)
})

authCalls.openapi({ ...me, middleware: [unstored, membersOnly] as const }, async (c) => {
  const { id } = c.var.member
  const user = await userOrCopy(c.env, id)
  if (!user) throw new Refused({ code: 'unauthenticated' })
  if (!user.is_active) throw new Refused({ code: 'account_inactive' })
  c.executionCtx.waitUntil(quietly('user_copy_failed', keepUser(c.env.redis, user)))
  return c.json(user, 200)
})
