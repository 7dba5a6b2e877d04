// Under which addresses the service answers: out there by TLS alone, on this machine by this machine's
// own names. A page whose name was made to point here would else pass for the service itself.

import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Config } from '../config.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

/** As the URL standard spells them. */
const thisMachine = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/
export const isThisMachine = (hostname: string) => thisMachine.test(hostname)

const plain = {
  code: 'origin_not_allowed',
  detail: 'This server is called over https only.',
} as const

const foreign = {
  code: 'origin_not_allowed',
  detail: 'Run locally, this server answers to localhost, 127.0.0.1 and names of ALLOWED_ORIGINS.',
} as const

/** Of all that `Origin` may say; the others are apps, extensions and `null`. */
export const isWebPage = (origin: string) => /^https?:\/\//.test(origin)

/** A listed name may be reached by TLS, which ends before this server: its scheme says nothing here. */
function isLocal({ hostname, host }: URL, { ALLOWED_ORIGINS }: Config): boolean {
  const isListed = (origin: string) => isWebPage(origin) && URL.parse(origin)?.host === host
  return isThisMachine(hostname) || ALLOWED_ORIGINS.some(isListed)
}

/**
 * The address as the client called it. A tunnel to this machine takes TLS, calls by http, and says so.
 * Elsewhere the platform has set the address, and a header that says something else is a stranger's.
 */
export function calledAddress(c: Context<Wired>): URL {
  const url = new URL(c.req.url)
  if (c.env.config.ENVIRONMENT === 'local' && cameByTls(c)) url.protocol = 'https:'
  return url
}

/** Both of a call that took TLS on its way: wrangler's server writes `Origin` anew, with its own scheme. */
export function ownOrigins(c: Context<Wired>): string[] {
  return [new URL(c.req.url).origin, calledAddress(c).origin]
}

function cameByTls(c: Context<Wired>): boolean {
  const [first = ''] = (c.req.header('x-forwarded-proto') ?? '').split(',')
  const [nearest = ''] = (c.req.header('forwarded') ?? '').split(',')
  return (
    first.trim().toLowerCase() === 'https' || /(?:^|;)\s*proto="?https"?\s*(?:;|$)/i.test(nearest)
  )
}

export const ownAddressOnly = createMiddleware<Wired>(async (c, next) => {
  const { config } = c.env
  const url = new URL(c.req.url)
  if (config.ENVIRONMENT === 'local') {
    if (!isLocal(url, config)) throw new Refused(foreign)
  } else if (url.protocol === 'http:') {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') throw new Refused(plain)
    url.protocol = 'https:'
    return c.redirect(url.href, 308)
  }
  await next()
})
