// Registers accounts and returns the caller's own account.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { User } from '../../contract/entities.ts'
import { me, register } from '../../contract/routes/accounts.ts'
import { canonicalEmail } from '../../contract/values.ts'
import { hashPassword } from '../../crypto/password.ts'
import { newIdAt } from '../../domain/ids.ts'
import { findOwnAccount, type OwnAccount } from '../../postgres/own-account.ts'
import { findRecentRegistration, insertUser } from '../../postgres/users.ts'
import { chargeRegistration, refundRegistration } from '../../redis/attempt-limits.ts'
import { cacheUser, readCachedUser } from '../../redis/user-cache.ts'
import type { AppEnv } from '../app-env.ts'
import { requireActive } from '../auth/own-account.ts'
import { checkPassword, clearFailures, requireStrongPassword } from '../auth/password-check.ts'
import { enforceLimit, refundOnFailure } from '../auth/rate-limit.ts'
import { runInBackground } from '../backends/background.ts'
import { readRoom } from '../backends/room-client.ts'
import { queryPostgres, queryRedis } from '../backends/stores.ts'
import { noStore, requireMember } from '../middleware/authentication.ts'
import { clientAddress } from '../middleware/edge-rate-limit.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError, unwrap } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'

/** Returns the cached user while Postgres is unavailable, if the room still admits the caller. */
async function userFromCache(c: Context<AppEnv>, postgresError: unknown): Promise<User> {
  const { caller } = c.var
  const copy = await queryRedis(readCachedUser(c.env.redis, caller.member.id))
  if (!copy) throw postgresError
  unwrap(await readRoom(c.env, (room) => room.admits(caller)))
  return copy
}

/**
 * Returns the existing account when a client registers again because the first answer was lost. The
 * password must match and counts against the login limits, so that registering is not another way
 * to guess passwords.
 */
async function recentRegistration(
  c: Context<AppEnv>,
  { username, email, password }: { username: string; email: string; password: string },
  refusal: 'username_taken' | 'email_taken',
): Promise<User> {
  const recent = await queryPostgres(findRecentRegistration(c.env.postgres, { username, email }))
  if (!recent) throw new ProblemError({ code: refusal })
  const { user, password_hash } = recent
  const find = async () => ({ ...user, password_hash })
  clearFailures(
    c,
    await checkPassword(c, { account: canonicalEmail(email), password, find, refusal }),
  )
  return user
}

export const accountRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

accountRoutes.openapi({ ...register, middleware: [noStore, requireUtf8] as const }, async (c) => {
  const { username, email, password } = c.req.valid('json')
  const { config, postgres, redis, background } = c.env
  await requireStrongPassword(password, { username, email }, 'password')
  // The id tells the age of the account: see domain/established.ts.
  const id = newIdAt(c.env.clock.now(), crypto.getRandomValues(new Uint8Array(8)))
  const attempt = { id, address: clientAddress(c) }

  const user = await c.env.passwordQueue(attempt.address, () =>
    refundOnFailure(
      async () => {
        enforceLimit(
          await queryRedis(
            chargeRegistration(redis, attempt, config.REGISTER_LIMIT, c.env.clock.now()),
          ),
          'Too many accounts were opened from this address.',
        )
        const passwordHash = await hashPassword(password, config.BCRYPT_COST)
        return queryPostgres(insertUser(postgres, { id, username, email, passwordHash }))
      },
      () => runInBackground(c, queryRedis(refundRegistration(background.redis, attempt))),
    ),
  )
  const opened =
    typeof user === 'string'
      ? await recentRegistration(c, { username, email, password }, user)
      : user
  runInBackground(c, queryRedis(cacheUser(background.redis, opened)))
  return c.json(opened, 201)
})

accountRoutes.openapi({ ...me, middleware: [noStore, requireMember] as const }, async (c) => {
  let found: OwnAccount | undefined
  try {
    found = await queryPostgres(findOwnAccount(c.env.postgres, c.var.caller, c.env.clock.now()))
  } catch (postgresError) {
    return c.json(await userFromCache(c, postgresError), 200)
  }
  const { user } = requireActive(found)
  runInBackground(c, queryRedis(cacheUser(c.env.background.redis, user)))
  return c.json(user, 200)
})
