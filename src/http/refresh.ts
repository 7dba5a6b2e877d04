// New tokens for a session, as often as it is used. What is not authentic never reaches Postgres;
// what was used up already ends the session.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { refresh } from '../contract/routes/sessions.ts'
import type { Opened } from '../crypto/refresh-token.ts'
import { decideRefresh } from '../domain/session-refresh.ts'
import { journalFault } from '../journal.ts'
import { findSession, type RefreshedSession, rotateSession } from '../postgres/sessions.ts'
import { unstored } from './bearer.ts'
import { utf8Only } from './body.ts'
import { endSessions } from './endings.ts'
import type { Wired } from './parts.ts'
import { Refused, refuseInvalid } from './problem.ts'
import { dropSpentCookie, showCookie } from './session-cookie.ts'
import { type Renewal, tokensFor } from './session-tokens.ts'
import { askPostgres } from './stores.ts'

/** How often the session is read anew when another call was faster. */
const triesMax = 3

const ended = { code: 'session_ended' } as const

type Renewed = { kept: RefreshedSession; renewal: Renewal }

/** The current token once more. undefined: it was made by a secret that is gone. */
async function repeated(
  c: Context<Wired>,
  opened: Opened,
  kept: RefreshedSession,
  now: number,
): Promise<Renewed | undefined> {
  const successors = await c.env.refreshTokens.successors(opened, kept.rotated_at)
  const current = successors.find(({ hash }) => hash === kept.refresh_hash)
  if (!current) return undefined
  return { kept, renewal: { refreshToken: current.token, expiresAt: kept.expires_at, now } }
}

/** undefined: another call was faster. */
async function rotated(
  c: Context<Wired>,
  opened: Opened,
  kept: RefreshedSession,
  now: number,
): Promise<Renewed | undefined> {
  const [{ token, hash }] = await c.env.refreshTokens.successors(opened, now)
  const expiresAt = now + c.env.config.REFRESH_TOKEN_TTL * 1000
  const won = await askPostgres(
    rotateSession(c.env.postgres, opened.sessionId, {
      seen: kept.refresh_hash,
      presented: opened.hash,
      next: hash,
      now,
      expiresAt,
    }),
  )
  return won ? { kept, renewal: { refreshToken: token, expiresAt, now } } : undefined
}

/** Whoever hears of a failure comes again with the same token, and so does this. */
async function endStolen(c: Context<Wired>, { sessionId }: Opened, userId?: string): Promise<void> {
  journalFault('session_stolen', { session_id: sessionId, user_id: userId })
  await endSessions(c.env, [sessionId])
}

/** @param userId the account that the caller shows, where it says so */
async function renewed(
  c: Context<Wired>,
  opened: Opened,
  userId: string | undefined,
): Promise<Renewed> {
  for (let tries = 0; tries < triesMax; tries++) {
    const kept = await askPostgres(findSession(c.env.postgres, opened.sessionId))
    // First of all: what comes from the wrong tab must not even count as theft.
    if (kept && userId !== undefined && kept.user_id !== userId)
      throw new Refused({ code: 'account_changed' })
    const now = Date.now()
    const decision = decideRefresh(kept, opened.hash, now)
    if (decision === 'theft') await endStolen(c, opened, kept?.user_id)
    if (!kept || decision === 'theft' || decision === 'ended') throw new Refused(ended)
    if (!kept.is_active) throw new Refused({ code: 'account_inactive' })
    const renewed =
      (decision === 'repeat' && (await repeated(c, opened, kept, now))) ||
      (await rotated(c, opened, kept, now))
    if (renewed) return renewed
  }
  throw new Refused({ code: 'unavailable' })
}

export const refreshCall = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

refreshCall.openapi(
  { ...refresh, middleware: [unstored, dropSpentCookie, utf8Only] as const },
  async (c) => {
    const { refresh_token, user_id } = c.req.valid('json')
    const token = refresh_token ?? showCookie(c)
    const opened = token === undefined ? null : await c.env.refreshTokens.open(token, Date.now())
    if (!opened) throw new Refused(ended)

    const { kept, renewal } = await renewed(c, opened, user_id)
    const caller = {
      member: { id: kept.user_id, username: kept.username },
      sessionId: opened.sessionId,
    }
    const way = refresh_token === undefined ? 'cookie' : 'body'
    return c.json(await tokensFor(c, caller, renewal, way), 200)
  },
)
