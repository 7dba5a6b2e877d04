// The refresh token as a cookie that no script can read and no foreign page can send. Whoever shows
// it must say from which page: only browsers have it, and they always do.

import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { calledAddress, isWebPage } from './own-address.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

const noCookie = {
  code: 'origin_not_allowed',
  detail: 'Only pages of the web keep the refresh token as a cookie. Log in without `cookie`.',
} as const

/** A browser takes `__Host-` and `Secure` by TLS alone, and this machine has none. */
function isPlain(c: Context<Wired>): boolean {
  return c.env.config.ENVIRONMENT === 'local' && calledAddress(c).protocol === 'http:'
}

/** On one machine the services of all ports share their cookies. */
function nameOf(c: Context<Wired>): string {
  return isPlain(c) ? `refresh-${calledAddress(c).port || 80}` : 'refresh'
}

function traits(c: Context<Wired>) {
  const always = { path: '/', httpOnly: true, sameSite: 'Strict' } as const
  return isPlain(c) ? always : { ...always, secure: true, prefix: 'host' as const }
}

function kept(c: Context<Wired>): string | undefined {
  return isPlain(c) ? getCookie(c, nameOf(c)) : getCookie(c, nameOf(c), 'host')
}

/** The token in the cookie. undefined: there is no cookie. */
export function showCookie(c: Context<Wired>): string | undefined {
  const token = kept(c)
  const origin = c.req.header('origin')
  // A foreign one was refused before.
  if (token !== undefined && !isWebPage(origin ?? ''))
    throw new Refused({ code: 'origin_not_allowed' })
  if (token !== undefined) c.set('cookieShown', true)
  return token
}

/** An app or an extension would never send it back: a cookie for our own pages is all it could be. */
export function demandCookieKeeper(c: Context<Wired>): void {
  const origin = c.req.header('origin')
  if (origin !== undefined && !isWebPage(origin)) throw new Refused(noCookie)
}

export function keepCookie(c: Context<Wired>, token: string, seconds: number): void {
  setCookie(c, nameOf(c), token, { ...traits(c), maxAge: seconds })
}

function dropCookie(c: Context<Wired>): void {
  deleteCookie(c, nameOf(c), traits(c))
}

/** Where the cookie is of a session that has ended: another account may have logged in since. */
export async function dropCookieOf(c: Context<Wired>, ended: string[]): Promise<void> {
  const token = kept(c)
  if (token === undefined) return
  const opened = await c.env.refreshTokens.open(token, Date.now())
  if (!opened || ended.includes(opened.sessionId)) dropCookie(c)
}

/** A cookie that opens nothing any more is not sent again. */
export const dropSpentCookie = createMiddleware<Wired>(async (c, next) => {
  await next()
  if (c.res.status === 401 && c.var.cookieShown) dropCookie(c)
})
