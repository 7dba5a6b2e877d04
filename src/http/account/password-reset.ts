// For people who forgot their password: sends a link, and changes the password with its token. All
// sessions of the account end.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import {
  forgotPassword,
  resetPassword,
  resetTokenSeconds,
} from '../../contract/routes/password-reset.ts'
import { canonicalEmail } from '../../contract/values.ts'
import { hashOfResetToken } from '../../crypto/reset-token.ts'
import { findReset, type ResetAccount, useReset } from '../../postgres/password-resets.ts'
import { listSessions } from '../../postgres/sessions.ts'
import { recordLoginSuccess } from '../../redis/attempt-limits.ts'
import { emailDigests } from '../../redis/digest.ts'
import { chargeResetCall, type ResetCall } from '../../redis/mail-limits.ts'
import type { AppEnv } from '../app-env.ts'
import { hashQueued, requireStrongPassword } from '../auth/password-check.ts'
import { enforceLimit } from '../auth/rate-limit.ts'
import { revokeInRoom, revokeInRoomWithRetry } from '../auth/revoke-sessions.ts'
import { clearCookieOfSessions } from '../auth/session-cookie.ts'
import { runInBackground } from '../backends/background.ts'
import { queryPostgres, queryRedis } from '../backends/stores.ts'
import { noStore } from '../middleware/authentication.ts'
import { clientAddress } from '../middleware/edge-rate-limit.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'
import { requireMail, sendPasswordChanged, sendResetLink } from './reset-mail.ts'

async function chargeCall(c: Context<AppEnv>, step: ResetCall['step']): Promise<void> {
  const { redis, config, clock } = c.env
  const charged = { id: crypto.randomUUID(), address: clientAddress(c), step }
  enforceLimit(
    await queryRedis(chargeResetCall(redis, charged, config.RESET_LIMIT, clock.now())),
    'Too many new passwords were asked for from this address.',
  )
}

/** The failed logins before count no more: the owner of the mailbox is the owner of the account. */
async function forgetFailures(c: Context<AppEnv>, email: string): Promise<void> {
  const { JWT_SECRET: secret } = c.env.config
  const attempt = {
    id: crypto.randomUUID(),
    emailDigests: await emailDigests(canonicalEmail(email), { secret }),
    address: clientAddress(c),
  }
  await queryRedis(recordLoginSuccess(c.env.background.redis, attempt))
}

async function findAccount(c: Context<AppEnv>, hash: string | null): Promise<ResetAccount> {
  const { postgres, clock } = c.env
  const found = hash && (await queryPostgres(findReset(postgres, hash, clock.now())))
  if (!found) throw new ProblemError({ code: 'reset_token_invalid' })
  return found
}

/** @returns the sessions that ended */
async function change(
  c: Context<AppEnv>,
  { id: userId }: ResetAccount,
  { hash, password }: { hash: string; password: string },
): Promise<string[]> {
  const { postgres, clock } = c.env
  const renewed = await hashQueued(c, password)
  const open = (await queryPostgres(listSessions(postgres, userId, clock.now()))).map(
    ({ id }) => id,
  )
  // This comes first: the token cannot be used again once the password is changed.
  await revokeInRoom(c.env, open)
  const used = { hash, userId, now: clock.now() }
  const ended = await queryPostgres(useReset(postgres, used, renewed))
  if (!ended) throw new ProblemError({ code: 'reset_token_invalid' })
  const begunMeanwhile = ended.filter((id) => !open.includes(id))
  runInBackground(c, revokeInRoomWithRetry(c.env, begunMeanwhile))
  return [...new Set([...open, ...ended])]
}

export const passwordResetRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

passwordResetRoutes.openapi(
  { ...forgotPassword, middleware: [noStore, requireUtf8] as const },
  async (c) => {
    const mail = requireMail(c)
    await chargeCall(c, 'ask')
    runInBackground(c, sendResetLink(c.env, mail, c.req.valid('json').email))
    return c.json({ expires_in: resetTokenSeconds }, 202)
  },
)

passwordResetRoutes.openapi(
  { ...resetPassword, middleware: [noStore, requireUtf8] as const },
  async (c) => {
    const { token, password } = c.req.valid('json')
    const mail = requireMail(c)
    await chargeCall(c, 'use')
    const hash = await hashOfResetToken(token)
    const account = await findAccount(c, hash)
    await requireStrongPassword(password, account, 'password')
    const ended = await change(c, account, { hash: String(hash), password })
    runInBackground(c, forgetFailures(c, account.email))
    runInBackground(c, sendPasswordChanged(mail, account.email))
    await clearCookieOfSessions(c, ended)
    return c.body(null, 204)
  },
)
