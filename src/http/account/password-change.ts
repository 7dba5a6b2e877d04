// Changes a password. All other sessions of the account end.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { changePassword } from '../../contract/routes/accounts.ts'
import { writePassword } from '../../postgres/own-account.ts'
import { listSessions } from '../../postgres/sessions.ts'
import type { AppEnv } from '../app-env.ts'
import { loadOwnAccount } from '../auth/own-account.ts'
import {
  checkOwnPassword,
  clearFailures,
  hashQueued,
  requireStrongPassword,
} from '../auth/password-check.ts'
import { revokeInRoom, revokeInRoomWithRetry } from '../auth/revoke-sessions.ts'
import { clearCookieOfSessions } from '../auth/session-cookie.ts'
import { runInBackground } from '../backends/background.ts'
import { queryPostgres } from '../backends/stores.ts'
import { noStore, requireMember } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'

/** How often an account that changes during the call is read again. */
const maxTries = 3

type Passwords = { current: string; chosen: string }

/** @returns the sessions that ended; null: the account changed meanwhile */
async function tryChange(
  c: Context<AppEnv>,
  { current, chosen }: Passwords,
): Promise<string[] | null> {
  const { postgres } = c.env
  const { member, sessionId } = c.var.caller
  const own = await loadOwnAccount(c.env, c.var.caller)
  await requireStrongPassword(chosen, own.user, 'new')
  const proof = await checkOwnPassword(c, own, current)
  clearFailures(c, proof)
  const renewed = await hashQueued(c, chosen)

  const open = await queryPostgres(listSessions(postgres, member.id, c.env.clock.now()))
  const others = open.map(({ id }) => id).filter((id) => id !== sessionId)
  // This comes first: the call cannot be repeated once the password is changed.
  await revokeInRoom(c.env, others)
  const ended = await queryPostgres(
    writePassword(postgres, proof.found, { renewed, keep: sessionId }),
  )
  const begunMeanwhile = ended?.filter((id) => !others.includes(id)) ?? []
  runInBackground(c, revokeInRoomWithRetry(c.env, begunMeanwhile))
  return ended
}

export const passwordRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

passwordRoutes.openapi(
  { ...changePassword, middleware: [noStore, requireMember, requireUtf8] as const },
  async (c) => {
    const { current, new: chosen } = c.req.valid('json')
    for (let tries = 0; tries < maxTries; tries++) {
      const ended = await tryChange(c, { current, chosen })
      if (!ended) continue
      await clearCookieOfSessions(c, ended)
      return c.body(null, 204)
    }
    throw new ProblemError({ code: 'unavailable' })
  },
)
