// The sessions of whoever asks: listed, and ended one by one or all at once.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { endSession, logout, logoutAll, sessions } from '../contract/routes/sessions.ts'
import {
  deleteSessionsOf,
  findSession,
  type KeptSession,
  sessionsOf,
} from '../postgres/sessions.ts'
import { afterAnswer } from './after-answer.ts'
import { admittedBy, membersOnly, unstored } from './bearer.ts'
import { utf8Only } from './body.ts'
import { endSessions, revoke, revokeInsistently } from './endings.ts'
import { ownAccount } from './own-account.ts'
import type { Wired } from './parts.ts'
import { Refused, refuseInvalid } from './problem.ts'
import { dropCookieOf, dropSpentCookie, showCookie } from './session-cookie.ts'
import { askPostgres } from './stores.ts'

/** All of the caller's, after a look at whether theirs is one of them. */
async function ownSessions(c: Context<Wired>): Promise<KeptSession[]> {
  await ownAccount(c.env, c.var.caller)
  return askPostgres(sessionsOf(c.env.postgres, c.var.caller.member.id, Date.now()))
}

type LogoutBody = { refresh_token?: string | undefined; user_id?: string | undefined }

/** The session of the access token, or why there is none. */
async function bearerSession(c: Context<Wired>): Promise<{ id: string } | { refusal: unknown }> {
  const authorization = c.req.header('authorization')
  if (authorization === undefined) return { refusal: new Refused({ code: 'unauthenticated' }) }
  try {
    return { id: (await admittedBy(authorization, c.env)).sessionId }
  } catch (refusal) {
    return { refusal }
  }
}

/** A session without a row has ended: ending it once more takes nothing from anybody. */
async function isOfOther(c: Context<Wired>, id: string, userId: string): Promise<boolean> {
  const kept = await askPostgres(findSession(c.env.postgres, id))
  return kept !== undefined && kept.user_id !== userId
}

/** The sessions of the access token and of the refresh token: both only where `user_id` says whose. */
async function sessionsToEnd(c: Context<Wired>, body: LogoutBody): Promise<string[]> {
  const { refresh_token, user_id } = body
  const bearer = await bearerSession(c)
  const own = 'id' in bearer ? [bearer.id] : []
  if (own.length > 0 && user_id === undefined) return own
  const token = refresh_token ?? showCookie(c)
  const opened = token === undefined ? null : await c.env.refreshTokens.open(token, Date.now())
  if (opened) {
    const { sessionId } = opened
    const foreign = user_id !== undefined && (await isOfOther(c, sessionId, user_id))
    if (!foreign) return [...new Set([...own, sessionId])]
    if (own.length === 0) throw new Refused({ code: 'account_changed' })
  }
  if ('refusal' in bearer) throw bearer.refusal
  return own
}

export const sessionCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

sessionCalls.openapi(
  { ...logout, middleware: [unstored, dropSpentCookie, utf8Only] as const },
  async (c) => {
    const ended = await sessionsToEnd(c, c.req.valid('json'))
    await endSessions(c.env, ended)
    await dropCookieOf(c, ended)
    return c.body(null, 204)
  },
)

sessionCalls.openapi({ ...logoutAll, middleware: [unstored, membersOnly] as const }, async (c) => {
  const open = (await ownSessions(c)).map(({ id }) => id)
  await revoke(c.env, open)
  const ended = await askPostgres(deleteSessionsOf(c.env.postgres, c.var.caller.member.id))
  // One that began meanwhile: it has lost its row, so this call can't be repeated for it.
  const latecomers = ended.filter((id) => !open.includes(id))
  afterAnswer(c, revokeInsistently(c.env, latecomers))
  await dropCookieOf(c, [...open, ...latecomers])
  return c.body(null, 204)
})

sessionCalls.openapi({ ...sessions, middleware: [unstored, membersOnly] as const }, async (c) => {
  const open = await ownSessions(c)
  const { sessionId } = c.var.caller
  return c.json(
    open.map((session) => ({ ...session, current: session.id === sessionId })),
    200,
  )
})

sessionCalls.openapi({ ...endSession, middleware: [unstored, membersOnly] as const }, async (c) => {
  const { id } = c.req.valid('param')
  const open = await ownSessions(c)
  if (!open.some((session) => session.id === id)) throw new Refused({ code: 'not_found' })
  await endSessions(c.env, [id])
  await dropCookieOf(c, [id])
  return c.body(null, 204)
})
