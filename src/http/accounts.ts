// Opening an account, and reading it.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { User } from '../contract/entities.ts'
import { me, register } from '../contract/routes/accounts.ts'
import { canonicalEmail } from '../contract/values.ts'
import { hashPassword } from '../crypto/password.ts'
import { findFresh, insertUser } from '../postgres/members.ts'
import { findOwnAccount, type OwnAccount } from '../postgres/own-account.ts'
import { chargeRegistration, uncountRegistration } from '../redis/throttles.ts'
import { keepUser, readUser } from '../redis/user-copy.ts'
import { afterAnswer } from './after-answer.ts'
import { membersOnly, unstored } from './bearer.ts'
import { utf8Only } from './body.ts'
import { addressOf } from './edge.ts'
import { demandOpen } from './own-account.ts'
import type { Wired } from './parts.ts'
import { demandStrength, inTurn, provePassword, settle } from './passwords.ts'
import { granted, Refused, refuseInvalid } from './problem.ts'
import { askRoom } from './room-line.ts'
import { askPostgres, askRedis } from './stores.ts'
import { demand, takingBack } from './throttled.ts'

/** What is known while Postgres is away: the copy, as long as the room admits whoever asks. */
async function copyOf(c: Context<Wired>, postgresAway: unknown): Promise<User> {
  const { caller } = c.var
  const copy = await askRedis(readUser(c.env.redis, caller.member.id))
  if (!copy) throw postgresAway
  granted(await askRoom(c.env, (room) => room.admits(caller)))
  return copy
}

/**
 * The account of someone who asks again because the first answer was lost. The password proves it,
 * under the limits of a login: this must not be another way to guess.
 */
async function openedBefore(
  c: Context<Wired>,
  { username, email, password }: { username: string; email: string; password: string },
  refusal: 'username_taken' | 'email_taken',
): Promise<User> {
  const fresh = await askPostgres(findFresh(c.env.postgres, { username, email }))
  if (!fresh) throw new Refused({ code: refusal })
  const { user, password_hash } = fresh
  const find = async () => ({ ...user, password_hash })
  settle(c, await provePassword(c, { account: canonicalEmail(email), password, find, refusal }))
  return user
}

export const accountCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

accountCalls.openapi({ ...register, middleware: [unstored, utf8Only] as const }, async (c) => {
  const { username, email, password } = c.req.valid('json')
  const { config, postgres, redis, background } = c.env
  await demandStrength(password, { username, email }, 'password')
  const id = crypto.randomUUID()
  const attempt = { id, address: addressOf(c) }

  const user = await inTurn(attempt.address, () =>
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
  const opened =
    typeof user === 'string' ? await openedBefore(c, { username, email, password }, user) : user
  afterAnswer(c, askRedis(keepUser(background.redis, opened)))
  return c.json(opened, 201)
})

accountCalls.openapi({ ...me, middleware: [unstored, membersOnly] as const }, async (c) => {
  let found: OwnAccount | undefined
  try {
    found = await askPostgres(findOwnAccount(c.env.postgres, c.var.caller, Date.now()))
  } catch (postgresAway) {
    return c.json(await copyOf(c, postgresAway), 200)
  }
  const { user } = demandOpen(found)
  afterAnswer(c, askRedis(keepUser(c.env.background.redis, user)))
  return c.json(user, 200)
})
