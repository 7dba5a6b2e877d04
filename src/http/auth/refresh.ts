// Exchanges a refresh token for new tokens. A token that was not issued here never reaches
// Postgres; reuse of an old token revokes the session.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { refresh } from '../../contract/routes/sessions.ts'
import type { OpenedToken } from '../../crypto/refresh-token.ts'
import { decideRefresh } from '../../domain/session-refresh.ts'
import { logError } from '../../logger.ts'
import { findSession, type RefreshedSession, rotateSession } from '../../postgres/sessions.ts'
import type { AppEnv } from '../app-env.ts'
import { queryPostgres } from '../backends/stores.ts'
import { noStore } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'
import { revokeSessions } from './revoke-sessions.ts'
import { clearRejectedCookie, useSessionCookie } from './session-cookie.ts'
import { issueTokens, type RefreshGrant } from './session-tokens.ts'

/** How often the session is read again after another call rotated it first. */
const maxTries = 3

const sessionEnded = { code: 'session_ended' } as const

type Renewed = { kept: RefreshedSession; grant: RefreshGrant }

/** Returns the current token once more; undefined if it was derived from a secret that is gone. */
async function repeatRotation(
  c: Context<AppEnv>,
  opened: OpenedToken,
  kept: RefreshedSession,
  now: number,
): Promise<Renewed | undefined> {
  const successors = await c.env.refreshTokens.successors(opened, kept.rotated_at)
  const current = successors.find(({ hash }) => hash === kept.refresh_hash)
  if (!current) return undefined
  return { kept, grant: { refreshToken: current.token, expiresAt: kept.expires_at, now } }
}

/** Returns undefined if another call rotated the session first. */
async function rotate(
  c: Context<AppEnv>,
  opened: OpenedToken,
  kept: RefreshedSession,
  now: number,
): Promise<Renewed | undefined> {
  const [{ token, hash }] = await c.env.refreshTokens.successors(opened, now)
  const expiresAt = now + c.env.config.REFRESH_TOKEN_TTL * 1000
  const won = await queryPostgres(
    rotateSession(c.env.postgres, opened.sessionId, {
      seen: kept.refresh_hash,
      presented: opened.hash,
      next: hash,
      now,
      expiresAt,
    }),
  )
  return won ? { kept, grant: { refreshToken: token, expiresAt, now } } : undefined
}

/**
 * A client that sees a failure repeats the call with the same token, and this revocation runs
 * again.
 */
async function revokeStolenSession(
  c: Context<AppEnv>,
  { sessionId }: OpenedToken,
  userId?: string,
): Promise<void> {
  logError('session_stolen', { session_id: sessionId, user_id: userId })
  await revokeSessions(c.env, [sessionId])
}

/** @param userId the account that the caller displays, if it says so */
async function renewSession(
  c: Context<AppEnv>,
  opened: OpenedToken,
  userId: string | undefined,
): Promise<Renewed> {
  for (let tries = 0; tries < maxTries; tries++) {
    const kept = await queryPostgres(findSession(c.env.postgres, opened.sessionId))
    // This comes first: a call from a tab of another account must not count as theft.
    if (kept && userId !== undefined && kept.user_id !== userId)
      throw new ProblemError({ code: 'account_changed' })
    const now = c.env.clock.now()
    const decision = decideRefresh(kept, opened.hash, now)
    if (decision === 'theft') await revokeStolenSession(c, opened, kept?.user_id)
    if (!kept || decision === 'theft' || decision === 'ended') throw new ProblemError(sessionEnded)
    if (!kept.is_active) throw new ProblemError({ code: 'account_inactive' })
    const renewed =
      (decision === 'repeat' && (await repeatRotation(c, opened, kept, now))) ||
      (await rotate(c, opened, kept, now))
    if (renewed) return renewed
  }
  throw new ProblemError({ code: 'unavailable' })
}

export const refreshRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

refreshRoutes.openapi(
  { ...refresh, middleware: [noStore, clearRejectedCookie, requireUtf8] as const },
  async (c) => {
    const { refresh_token, user_id } = c.req.valid('json')
    const token = refresh_token ?? useSessionCookie(c)
    const opened =
      token === undefined ? null : await c.env.refreshTokens.open(token, c.env.clock.now())
    if (!opened) throw new ProblemError(sessionEnded)

    const { kept, grant } = await renewSession(c, opened, user_id)
    const caller = {
      member: { id: kept.user_id, username: kept.username },
      sessionId: opened.sessionId,
    }
    const way = refresh_token === undefined ? 'cookie' : 'body'
    return c.json(await issueTokens(c, caller, grant, way), 200)
  },
)
