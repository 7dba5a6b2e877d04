// The sessions of whoever asks: listed, and ended one by one or all at once.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { endSession, logout, logoutAll, sessions } from '../contract/routes/sessions.ts'
import { deleteSessionsOf, type KeptSession, sessionsOf } from '../postgres/sessions.ts'
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

/** The session to end: that of the access token, else that of the refresh token. */
async function sessionToEnd(c: Context<Wired>, given: string | undefined): Promise<string> {
  let refusal: unknown = new Refused({ code: 'unauthenticated' })
  const authorization = c.req.header('authorization')
  if (authorization !== undefined) {
    try {
      return (await admittedBy(authorization, c.env)).sessionId
    } catch (notAdmitted) {
      refusal = notAdmitted
    }
  }
  const token = given ?? showCookie(c)
  const opened = token === undefined ? null : await c.env.refreshTokens.open(token, Date.now())
  if (!opened) throw refusal
  return opened.sessionId
}

export const sessionCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

sessionCalls.openapi(
  { ...logout, middleware: [unstored, dropSpentCookie, utf8Only] as const },
  async (c) => {
    const ended = [await sessionToEnd(c, c.req.valid('json').refresh_token)]
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
