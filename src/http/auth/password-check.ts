// Checks chosen and given passwords. The limits in Redis are asked first and fail closed: while
// Redis is unavailable, no password can be guessed.

import type { Context } from 'hono'
import type { ProblemCode } from '../../contract/problems.ts'
import { canonicalEmail } from '../../contract/values.ts'
import { loadCommonPasswords } from '../../crypto/common-passwords.ts'
import { hashPassword, matchingForm } from '../../crypto/password.ts'
import { type Owner, passwordFault } from '../../domain/password.ts'
import type { OwnAccount } from '../../postgres/own-account.ts'
import type { Credentials } from '../../postgres/users.ts'
import {
  chargeLogin,
  type LoginAttempt,
  recordLoginFailure,
  recordLoginSuccess,
  refundLogin,
} from '../../redis/attempt-limits.ts'
import { emailDigests } from '../../redis/digest.ts'
import type { AppEnv } from '../app-env.ts'
import { runInBackground } from '../backends/background.ts'
import { queryRedis } from '../backends/stores.ts'
import { clientAddress } from '../middleware/edge-rate-limit.ts'
import { ProblemError } from '../problem-error.ts'
import { rateLimited, refundOnFailure } from './rate-limit.ts'

/** @param field of the body, for the error message */
export async function requireStrongPassword(
  password: string,
  owner: Owner,
  field: string,
): Promise<void> {
  const fault = passwordFault(password, owner, await loadCommonPasswords())
  if (fault !== null) throw new ProblemError({ code: 'invalid', errors: { [field]: fault } })
}

export function hashQueued(c: Context<AppEnv>, password: string): Promise<string> {
  return c.env.passwordQueue(clientAddress(c), () =>
    hashPassword(password, c.env.config.BCRYPT_COST),
  )
}

const limitReasons = {
  failures: 'Too many failed logins.',
  successes: 'The password of this account was checked very often.',
}

type PasswordCheck = {
  /** Email address in its canonical form. */
  account: string
  password: string
  /** Loads the account when the queue reaches this check. */
  find: () => Promise<Credentials | undefined>
  /** The problem for a wrong password. */
  refusal: ProblemCode
}

export type CheckedPassword = {
  found: Credentials
  attempt: LoginAttempt
  /** The form of the password that matches the hash. */
  matched: string
}

/**
 * Checks a password and returns its account. The attempt counts as a failed login until
 * `clearFailures`, and as a checked password for an hour.
 */
export async function checkPassword(
  c: Context<AppEnv>,
  { account, password, find, refusal }: PasswordCheck,
): Promise<CheckedPassword> {
  const { config, redis, background } = c.env
  const secrets = { secret: config.JWT_SECRET, previousSecret: config.JWT_SECRET_PREVIOUS }
  const digests = await emailDigests(account, secrets)
  const attempt = { id: crypto.randomUUID(), emailDigests: digests, address: clientAddress(c) }
  const limits = {
    pair: config.LOGIN_LIMIT_PAIR,
    address: config.LOGIN_LIMIT_ADDRESS,
    account: config.LOGIN_LIMIT_ACCOUNT,
    successes: config.SESSION_LIMIT,
  }

  const { found, matched } = await c.env.passwordQueue(attempt.address, () =>
    refundOnFailure(
      async () => {
        // Charged before the password is checked, so that parallel guesses cannot pass the limit.
        const verdict = await queryRedis(chargeLogin(redis, attempt, limits, c.env.clock.now()))
        if (!verdict.allowed) throw rateLimited(verdict.retryAfterMs, limitReasons[verdict.reason])
        const found = await find()
        const kept = found?.password_hash ?? null
        return { found, matched: await matchingForm(password, kept, config.BCRYPT_COST) }
      },
      () => runInBackground(c, queryRedis(refundLogin(background.redis, attempt))),
    ),
  )
  if (!found || matched === null) {
    runInBackground(c, queryRedis(recordLoginFailure(background.redis, attempt)))
    throw new ProblemError({ code: refusal })
  }
  if (!found.is_active) throw new ProblemError({ code: 'account_inactive' })
  return { found, attempt, matched }
}

/**
 * Checks the password of a logged-in user under the same limits, so that a stolen session is not a
 * way to guess it.
 */
export function checkOwnPassword(
  c: Context<AppEnv>,
  { user, password_hash }: OwnAccount,
  password: string,
): Promise<CheckedPassword> {
  return checkPassword(c, {
    account: canonicalEmail(user.email),
    password,
    find: async () => ({ ...user, password_hash }),
    refusal: 'wrong_password',
  })
}

/** Clears earlier failures after a correct password. */
export function clearFailures(c: Context<AppEnv>, { attempt }: CheckedPassword): void {
  runInBackground(c, queryRedis(recordLoginSuccess(c.env.background.redis, attempt)))
}
