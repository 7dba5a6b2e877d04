// Issues the tokens of a session: an access token, and a refresh token in the body or in a cookie.

import type { Context } from 'hono'
import type { Tokens } from '../../contract/routes/sessions.ts'
import type { Caller } from '../../domain/session.ts'
import type { AppEnv } from '../app-env.ts'
import { setSessionCookie } from './session-cookie.ts'

/** Where the refresh token travels. */
export type TokenTransport = 'body' | 'cookie'

/** `expiresAt` (of the session) and `now` in milliseconds. */
export type RefreshGrant = { refreshToken: string; expiresAt: number; now: number }

export async function issueTokens(
  c: Context<AppEnv>,
  caller: Caller,
  { refreshToken, expiresAt, now }: RefreshGrant,
  way: TokenTransport,
): Promise<Tokens> {
  const refresh_expires_in = Math.max(1, Math.floor((expiresAt - now) / 1000))
  if (way === 'cookie') setSessionCookie(c, refreshToken, refresh_expires_in)
  return {
    ...(await c.env.tokens.issue(caller, now)),
    token_type: 'bearer',
    refresh_token: way === 'cookie' ? null : refreshToken,
    refresh_expires_in,
    session_id: caller.sessionId,
    user: caller.member,
  }
}
