// Passwords: whether one may be chosen, and whether one is right. The throttles are asked first:
// without them nobody gets to guess, so they fail closed.

import type { Context } from 'hono'
import type { ProblemCode } from '../contract/problems.ts'
import { canonicalEmail } from '../contract/values.ts'
import { loadCommonPasswords } from '../crypto/common-passwords.ts'
import { hashPassword, matchPassword } from '../crypto/password.ts'
import { type Owner, passwordFault } from '../domain/password.ts'
import type { Credentials } from '../postgres/members.ts'
import type { OwnAccount } from '../postgres/own-account.ts'
import { emailDigests } from '../redis/digest.ts'
import {
  chargeLogin,
  clearLogin,
  failLogin,
  type LoginAttempt,
  uncountLogin,
} from '../redis/throttles.ts'
import { afterAnswer } from './after-answer.ts'
import { addressOf } from './edge.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'
import { askRedis } from './stores.ts'
import { takingBack, tooOften } from './throttled.ts'
import { createTurns } from './turns.ts'

/**
 * bcrypt holds the isolate: more at once, and the calls of everyone to the stores would be late.
 * Turns go round by address.
 */
export const inTurn = createTurns({ atOnce: 2, waiting: 50 })

/** @param field of the body, which the refusal names */
export async function demandStrength(password: string, owner: Owner, field: string): Promise<void> {
  const fault = passwordFault(password, owner, await loadCommonPasswords())
  if (fault !== null) throw new Refused({ code: 'invalid', errors: { [field]: fault } })
}

export function hashInTurn(c: Context<Wired>, password: string): Promise<string> {
  return inTurn(addressOf(c), () => hashPassword(password, c.env.config.BCRYPT_COST))
}

const tooMany = {
  failures: 'Too many failed logins.',
  successes: 'The password of this account was checked very often.',
}

type Claim = {
  /** Email in its canonical form. */
  account: string
  password: string
  /** Looks the account up, when it is its turn. */
  find: () => Promise<Credentials | undefined>
  /** What a wrong password is refused with. */
  refusal: ProblemCode
}

export type Proof = {
  found: Credentials
  attempt: LoginAttempt
  /** The form of the password that its hash was made of. */
  matched: string
}

/**
 * The account whose password was given. It stays counted as a failed login until it is settled, and
 * as a password that was checked for an hour.
 */
export async function provePassword(
  c: Context<Wired>,
  { account, password, find, refusal }: Claim,
): Promise<Proof> {
  const { config, redis, background } = c.env
  const secrets = { secret: config.JWT_SECRET, previousSecret: config.JWT_SECRET_PREVIOUS }
  const who = await emailDigests(account, secrets)
  const attempt = { id: crypto.randomUUID(), who, address: addressOf(c) }
  const limits = {
    pair: config.LOGIN_LIMIT_PAIR,
    address: config.LOGIN_LIMIT_ADDRESS,
    account: config.LOGIN_LIMIT_ACCOUNT,
    successes: config.SESSION_LIMIT,
  }

  const { found, matched } = await inTurn(attempt.address, () =>
    takingBack(
      async () => {
        // Before the password is looked at, so that guesses in parallel can't outrun the count.
        const verdict = await askRedis(chargeLogin(redis, attempt, limits, Date.now()))
        if (!verdict.allowed) throw tooOften(verdict.retryAfterMs, tooMany[verdict.of])
        const found = await find()
        const kept = found?.password_hash ?? null
        return { found, matched: await matchPassword(password, kept, config.BCRYPT_COST) }
      },
      () => afterAnswer(c, askRedis(uncountLogin(background.redis, attempt))),
    ),
  )
  if (!found || matched === null) {
    afterAnswer(c, askRedis(failLogin(background.redis, attempt)))
    throw new Refused({ code: refusal })
  }
  if (!found.is_active) throw new Refused({ code: 'account_inactive' })
  return { found, attempt, matched }
}

/** The same of someone who is logged in: a stolen session must not be a way to guess, either. */
export function proveOwnPassword(
  c: Context<Wired>,
  { user, password_hash }: OwnAccount,
  password: string,
): Promise<Proof> {
  return provePassword(c, {
    account: canonicalEmail(user.email),
    password,
    find: async () => ({ ...user, password_hash }),
    refusal: 'wrong_password',
  })
}

/** The right password: what failed before is forgotten. */
export function settle(c: Context<Wired>, { attempt }: Proof): void {
  afterAnswer(c, askRedis(clearLogin(c.env.background.redis, attempt)))
}
