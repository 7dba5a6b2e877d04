// What a session is carried by: an access token, and a refresh token in the body or in a cookie.

import type { Context } from 'hono'
import type { Tokens } from '../contract/routes/sessions.ts'
import type { Caller } from '../domain/session.ts'
import type { Wired } from './parts.ts'
import { keepCookie } from './session-cookie.ts'

/** Where the refresh token travels. */
export type Way = 'body' | 'cookie'

/** `expiresAt`, of the session, and `now` in milliseconds. */
export type Renewal = { refreshToken: string; expiresAt: number; now: number }

export async function tokensFor(
  c: Context<Wired>,
  caller: Caller,
  { refreshToken, expiresAt, now }: Renewal,
  way: Way,
): Promise<Tokens> {
  const refresh_expires_in = Math.max(1, Math.floor((expiresAt - now) / 1000))
  if (way === 'cookie') keepCookie(c, refreshToken, refresh_expires_in)
  return {
    ...(await c.env.tokens.issue(caller, now)),
    token_type: 'bearer',
    refresh_token: way === 'cookie' ? null : refreshToken,
    refresh_expires_in,
    session_id: caller.sessionId,
    user: caller.member,
  }
}
