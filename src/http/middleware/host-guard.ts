// Checks under which host the service is called: over TLS when deployed, by a loopback name in
// local use. This prevents DNS rebinding, by which a foreign page would pass for the service
// itself.

import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Config } from '../../config.ts'
import type { AppEnv } from '../app-env.ts'
import { ProblemError } from '../problem-error.ts'

/** Hosts in the spelling of the URL standard. */
const loopbackHost = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/
export const isLoopback = (hostname: string) => loopbackHost.test(hostname)

const httpsOnly = {
  code: 'origin_not_allowed',
  detail: 'This server is called over https only.',
} as const

const unknownHost = {
  code: 'origin_not_allowed',
  detail: 'Run locally, this server answers to localhost, 127.0.0.1 and names of ALLOWED_ORIGINS.',
} as const

/** False for apps, extensions and `null`. */
export const isWebOrigin = (origin: string) => /^https?:\/\//.test(origin)

/**
 * A listed host may be reached through a proxy that ends TLS, so its scheme does not matter here.
 */
function isLocalHost({ hostname, host }: URL, { ALLOWED_ORIGINS }: Config): boolean {
  const isListed = (origin: string) => isWebOrigin(origin) && URL.parse(origin)?.host === host
  return isLoopback(hostname) || ALLOWED_ORIGINS.some(isListed)
}

/**
 * The URL as the client called it. In local use, a tunnel that ends TLS says so in a forwarding
 * header. When deployed, the platform sets the URL and forwarding headers are not trusted.
 */
export function requestUrl(c: Context<AppEnv>): URL {
  const url = new URL(c.req.url)
  if (c.env.config.ENVIRONMENT === 'local' && isForwardedHttps(c)) url.protocol = 'https:'
  return url
}

/**
 * Both origins of a call through a TLS tunnel, because wrangler's server rewrites `Origin` with its
 * own scheme.
 */
export function ownOrigins(c: Context<AppEnv>): string[] {
  return [new URL(c.req.url).origin, requestUrl(c).origin]
}

function isForwardedHttps(c: Context<AppEnv>): boolean {
  const [first = ''] = (c.req.header('x-forwarded-proto') ?? '').split(',')
  const [nearest = ''] = (c.req.header('forwarded') ?? '').split(',')
  return (
    first.trim().toLowerCase() === 'https' || /(?:^|;)\s*proto="?https"?\s*(?:;|$)/i.test(nearest)
  )
}

export const hostGuard = createMiddleware<AppEnv>(async (c, next) => {
  const { config } = c.env
  const url = new URL(c.req.url)
  if (config.ENVIRONMENT === 'local') {
    if (!isLocalHost(url, config)) throw new ProblemError(unknownHost)
  } else if (url.protocol === 'http:') {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') throw new ProblemError(httpsOnly)
    url.protocol = 'https:'
    return c.redirect(url.href, 308)
  }
  await next()
})
