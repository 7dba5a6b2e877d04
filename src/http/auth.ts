// Opening an account, logging in, and who a token speaks for.
// Both throttles are asked first: without them nobody gets to guess, so they fail closed.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { User } from '../contract/entities.ts'
import { login, me, register } from '../contract/routes.ts'
import { canonicalEmail } from '../contract/values.ts'
import { hashPassword, isOutdated, verifyPassword } from '../crypto/password.ts'
import {
  type Credentials,
  findByEmail,
  findUser,
  insertUser,
  replacePasswordHash,
} from '../postgres/members.ts'
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
import { utf8Only } from './body.ts'
import { addressOf } from './edge.ts'
import type { Parts, Stores, Wired } from './parts.ts'
import { Refused, refuseInvalid } from './problem.ts'
import { askPostgres, askRedis } from './stores.ts'
import { createTurns } from './turns.ts'

/** bcrypt holds the isolate: more at once, and the calls of everyone to the stores would be late. */
const inTurn = createTurns({ atOnce: 2, waiting: 50 })

function inMinutes(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`
}

function demand(verdict: Verdict, reason: string): void {
  if (verdict.allowed) return
  const { retryAfterMs } = verdict
  const detail = `${reason} Try again ${inMinutes(retryAfterMs)}.`
  throw new Refused({ code: 'rate_limited', detail, retryAfterMs })
}

/** Nobody waits for it, and a failure is in the log already. */
function afterAnswer(c: Context<Wired>, work: Promise<unknown>): void {
  c.executionCtx.waitUntil(work.catch(() => undefined))
}

/** What is refused, or fails for no fault of the person, must not count against them. */
async function takingBack<T>(work: () => Promise<T>, takeBack: () => void): Promise<T> {
  try {
    return await work()
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

/** Gives an account that was opened at a lower cost a hash of today's. */
async function renewHash(
  { config, background }: Parts,
  found: Credentials,
  password: string,
): Promise<void> {
  const renewed = await inTurn(() => hashPassword(password, config.BCRYPT_COST))
  await askPostgres(replacePasswordHash(background.postgres, found, renewed))
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

authCalls.openapi({ ...register, middleware: [unstored, utf8Only] as const }, async (c) => {
  const { username, email, password } = c.req.valid('json')
  const { config, postgres, redis, background } = c.env
  const id = crypto.randomUUID()
  const attempt = { id, address: addressOf(c) }

  const user = await inTurn(() =>
    takingBack(
      async () => {
        demand(
          await askRedis(chargeRegistration(redis, attempt, config.REGISTER_LIMIT, Date.now())),
          'Too many accounts were opened from this address.',
        )
        const passwordHash = await hashPassword(password, config.BCRYPT_COST)
        return askPostgres(insertUser(postgres, { id, username, email, passwordHash }))
      },
      () => afterAnswer(c, askRedis(uncountRegistration(background.redis, attempt))),
    ),
  )
  if (typeof user === 'string') throw new Refused({ code: user })
  afterAnswer(c, askRedis(keepUser(background.redis, user)))
  return c.json(user, 201)
})

authCalls.openapi({ ...login, middleware: [unstored, utf8Only] as const }, async (c) => {
  const { email, password } = c.req.valid('json')
  const { config, postgres, redis, background, tokens } = c.env
  const account = canonicalEmail(email)
  const attempt = { id: crypto.randomUUID(), account, address: addressOf(c) }
  const limits = {
    pair: config.LOGIN_LIMIT_PAIR,
    address: config.LOGIN_LIMIT_ADDRESS,
    account: config.LOGIN_LIMIT_ACCOUNT,
  }

  const { found, matches } = await inTurn(() =>
    takingBack(
      async () => {
        // Before the password is looked at, so that guesses in parallel can't outrun the count.
        demand(
          await askRedis(chargeLogin(redis, attempt, limits, Date.now())),
          'Too many failed logins.',
        )
        const found = await askPostgres(findByEmail(postgres, account))
        const kept = found?.password_hash ?? null
        return { found, matches: await verifyPassword(password, kept, config.BCRYPT_COST) }
      },
      () => afterAnswer(c, askRedis(uncountLogin(background.redis, attempt))),
    ),
  )
  if (!found || !matches) throw new Refused({ code: 'bad_credentials' })
  if (!found.is_active) throw new Refused({ code: 'account_inactive' })

  afterAnswer(c, askRedis(clearLogin(background.redis, attempt)))
  afterAnswer(c, copyUser(background, found.id))
  if (isOutdated(found.password_hash, config.BCRYPT_COST))
    afterAnswer(c, renewHash(c.env, found, password))
  const { id, username } = found
  const issued = await tokens.issue({ id, username }, Date.now())
  return c.json({ ...issued, token_type: 'bearer' as const }, 200)
})

authCalls.openapi({ ...me, middleware: [unstored, membersOnly] as const }, async (c) => {
  const { id } = c.var.member
  const user = await userOrCopy(c.env, id)
  if (!user) throw new Refused({ code: 'unauthenticated' })
  if (!user.is_active) throw new Refused({ code: 'account_inactive' })
  afterAnswer(c, askRedis(keepUser(c.env.background.redis, user)))
  return c.json(user, 200)
})
