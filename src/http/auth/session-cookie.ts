// The refresh token as a cookie that no script can read and no foreign page can send. A request
// with the cookie must have a web origin: only browsers hold the cookie, and they always send the
// header.

import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../app-env.ts'
import { isWebOrigin, requestUrl } from '../middleware/host-guard.ts'
import { ProblemError } from '../problem-error.ts'

const cookieUnsupported = {
  code: 'origin_not_allowed',
  detail: 'Only pages of the web keep the refresh token as a cookie. Log in without `cookie`.',
} as const

/** Browsers accept `__Host-` and `Secure` only over TLS, which local use does not have. */
function isPlainHttp(c: Context<AppEnv>): boolean {
  return c.env.config.ENVIRONMENT === 'local' && requestUrl(c).protocol === 'http:'
}

/** Services on different ports of one host share their cookies. */
function cookieName(c: Context<AppEnv>): string {
  return isPlainHttp(c) ? `refresh-${requestUrl(c).port || 80}` : 'refresh'
}

function cookieOptions(c: Context<AppEnv>) {
  const always = { path: '/', httpOnly: true, sameSite: 'Strict' } as const
  return isPlainHttp(c) ? always : { ...always, secure: true, prefix: 'host' as const }
}

function readCookie(c: Context<AppEnv>): string | undefined {
  return isPlainHttp(c) ? getCookie(c, cookieName(c)) : getCookie(c, cookieName(c), 'host')
}

/** Returns the token of the cookie; undefined: there is no cookie. */
export function useSessionCookie(c: Context<AppEnv>): string | undefined {
  const token = readCookie(c)
  const origin = c.req.header('origin')
  // The CORS middleware has already refused foreign origins.
  if (token !== undefined && !isWebOrigin(origin ?? ''))
    throw new ProblemError({ code: 'origin_not_allowed' })
  if (token !== undefined) c.set('cookieUsed', true)
  return token
}

/**
 * An app or an extension would never send the cookie back, so it would only log in our own pages.
 */
export function requireCookieSupport(c: Context<AppEnv>): void {
  const origin = c.req.header('origin')
  if (origin !== undefined && !isWebOrigin(origin)) throw new ProblemError(cookieUnsupported)
}

export function setSessionCookie(c: Context<AppEnv>, token: string, seconds: number): void {
  setCookie(c, cookieName(c), token, { ...cookieOptions(c), maxAge: seconds })
}

function clearSessionCookie(c: Context<AppEnv>): void {
  deleteCookie(c, cookieName(c), cookieOptions(c))
}

/**
 * Clears the cookie only if it belongs to an ended session, because another account may have logged
 * in since.
 */
export async function clearCookieOfSessions(c: Context<AppEnv>, ended: string[]): Promise<void> {
  const token = readCookie(c)
  if (token === undefined) return
  const opened = await c.env.refreshTokens.open(token, c.env.clock.now())
  if (!opened || ended.includes(opened.sessionId)) clearSessionCookie(c)
}

/** Clears a cookie that was refused, so that it is not sent again. */
export const clearRejectedCookie = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  if (c.res.status === 401 && c.var.cookieUsed) clearSessionCookie(c)
})
