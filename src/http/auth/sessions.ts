// Lists the caller's sessions and ends one or all of them.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { endSession, logout, logoutAll, sessions } from '../../contract/routes/sessions.ts'
import {
  deleteAllSessions,
  findSession,
  listSessions,
  type SessionRecord,
} from '../../postgres/sessions.ts'
import type { AppEnv } from '../app-env.ts'
import { runInBackground } from '../backends/background.ts'
import { queryPostgres } from '../backends/stores.ts'
import { authenticate, noStore, requireMember } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'
import { loadOwnAccount } from './own-account.ts'
import { revokeInRoom, revokeInRoomWithRetry, revokeSessions } from './revoke-sessions.ts'
import { clearCookieOfSessions, clearRejectedCookie, useSessionCookie } from './session-cookie.ts'

/** Returns all sessions of the caller, after checking that the caller's own is still active. */
async function ownSessions(c: Context<AppEnv>): Promise<SessionRecord[]> {
  await loadOwnAccount(c.env, c.var.caller)
  return queryPostgres(listSessions(c.env.postgres, c.var.caller.member.id, c.env.clock.now()))
}

type LogoutBody = { refresh_token?: string | undefined; user_id?: string | undefined }

/** Returns the session of the access token, or the reason why there is none. */
async function bearerSession(c: Context<AppEnv>): Promise<{ id: string } | { refusal: unknown }> {
  const authorization = c.req.header('authorization')
  if (authorization === undefined) return { refusal: new ProblemError({ code: 'unauthenticated' }) }
  try {
    return { id: (await authenticate(authorization, c.env)).sessionId }
  } catch (refusal) {
    return { refusal }
  }
}

/** A session without a row has ended, so ending it again harms no other account. */
async function belongsToOther(c: Context<AppEnv>, id: string, userId: string): Promise<boolean> {
  const kept = await queryPostgres(findSession(c.env.postgres, id))
  return kept !== undefined && kept.user_id !== userId
}

/**
 * Returns the sessions of the access token and of the refresh token; both only where `user_id`
 * names the account.
 */
async function sessionsToRevoke(c: Context<AppEnv>, body: LogoutBody): Promise<string[]> {
  const { refresh_token, user_id } = body
  const bearer = await bearerSession(c)
  const own = 'id' in bearer ? [bearer.id] : []
  if (own.length > 0 && user_id === undefined) return own
  const token = refresh_token ?? useSessionCookie(c)
  const opened =
    token === undefined ? null : await c.env.refreshTokens.open(token, c.env.clock.now())
  if (opened) {
    const { sessionId } = opened
    const foreign = user_id !== undefined && (await belongsToOther(c, sessionId, user_id))
    if (!foreign) return [...new Set([...own, sessionId])]
    if (own.length === 0) throw new ProblemError({ code: 'account_changed' })
  }
  if ('refusal' in bearer) throw bearer.refusal
  return own
}

export const sessionRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

sessionRoutes.openapi(
  { ...logout, middleware: [noStore, clearRejectedCookie, requireUtf8] as const },
  async (c) => {
    const ended = await sessionsToRevoke(c, c.req.valid('json'))
    await revokeSessions(c.env, ended)
    await clearCookieOfSessions(c, ended)
    return c.body(null, 204)
  },
)

sessionRoutes.openapi(
  { ...logoutAll, middleware: [noStore, requireMember] as const },
  async (c) => {
    const open = (await ownSessions(c)).map(({ id }) => id)
    await revokeInRoom(c.env, open)
    const ended = await queryPostgres(deleteAllSessions(c.env.postgres, c.var.caller.member.id))
    // A session that began meanwhile has lost its row, so a repeated call would not find it.
    const latecomers = ended.filter((id) => !open.includes(id))
    runInBackground(c, revokeInRoomWithRetry(c.env, latecomers))
    await clearCookieOfSessions(c, [...open, ...latecomers])
    return c.body(null, 204)
  },
)

sessionRoutes.openapi({ ...sessions, middleware: [noStore, requireMember] as const }, async (c) => {
  const open = await ownSessions(c)
  const { sessionId } = c.var.caller
  return c.json(
    open.map((session) => ({ ...session, current: session.id === sessionId })),
    200,
  )
})

sessionRoutes.openapi(
  { ...endSession, middleware: [noStore, requireMember] as const },
  async (c) => {
    const { id } = c.req.valid('param')
    const open = await ownSessions(c)
    if (!open.some((session) => session.id === id)) throw new ProblemError({ code: 'not_found' })
    await revokeSessions(c.env, [id])
    await clearCookieOfSessions(c, [id])
    return c.body(null, 204)
  },
)
