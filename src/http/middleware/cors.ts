// CORS: the server's own origin, the origins of ALLOWED_ORIGINS and, in local use, every origin on
// this machine.

import { createMiddleware } from 'hono/factory'
import type { Config } from '../../config.ts'
import type { AppEnv } from '../app-env.ts'
import { ProblemError } from '../problem-error.ts'
import { isLoopback, isWebOrigin, ownOrigins } from './host-guard.ts'

const unsafeMethods = new Set(['POST', 'PATCH', 'PUT', 'DELETE'])

export function isOriginAllowed(
  origin: string,
  own: string[],
  { ENVIRONMENT, ALLOWED_ORIGINS }: Pick<Config, 'ENVIRONMENT' | 'ALLOWED_ORIGINS'>,
): boolean {
  if (own.includes(origin) || ALLOWED_ORIGINS.includes(origin)) return true
  if (ENVIRONMENT !== 'local') return false
  if (origin === 'null') return true
  const url = URL.parse(origin)
  if (!url || url.origin !== origin) return false
  return isWebOrigin(origin) && isLoopback(url.hostname)
}

/** Request headers that our own clients send. */
const knownHeaders = ['Authorization', 'Content-Type', 'Idempotency-Key']
const known = new Set(knownHeaders.map((name) => name.toLowerCase()))

const headerNames = /^[\w-]+(?: *, *[\w-]+)*$/
const maxHeaderNamesLength = 1_024
/** The platform and tunnels set these headers; a page must not. */
const reserved = /^(?:cf-|x-forwarded-|forwarded$|x-real-ip$)/

/**
 * Tracing and monitoring add headers of their own to every call (`traceparent`, `baggage`,
 * `sentry-trace`, …). Allowing them is safe, because no handler trusts a header for being allowed
 * by CORS.
 */
function allowedHeaders(asked: string): string {
  if (asked.length > maxHeaderNamesLength || !headerNames.test(asked))
    return knownHeaders.join(', ')
  const others = asked.toLowerCase().split(/ *, */)
  const more = others.filter((name) => !known.has(name) && !reserved.test(name))
  return [...knownHeaders, ...more].join(', ')
}

/**
 * Pages of other origins cannot read responses. Allowed pages may also send the cookie with the
 * refresh token, except `null` and apps, because those origins are shared by unrelated pages and
 * apps.
 */
export const cors = createMiddleware<AppEnv>(async (c, next) => {
  const origin = c.req.header('origin')
  const allowed = origin !== undefined && isOriginAllowed(origin, ownOrigins(c), c.env.config)
  if (origin !== undefined && !allowed && unsafeMethods.has(c.req.method))
    throw new ProblemError({ code: 'origin_not_allowed' })

  await next()

  if (c.res.status === 101) return
  const { headers } = c.res
  headers.append('vary', 'Origin')
  if (!allowed) return
  headers.set('access-control-allow-origin', origin)
  if (isWebOrigin(origin)) headers.set('access-control-allow-credentials', 'true')
  headers.set('access-control-expose-headers', 'Retry-After, ETag')
  if (c.req.method !== 'OPTIONS') return
  headers.append('vary', 'Access-Control-Request-Method, Access-Control-Request-Headers')
  headers.set('access-control-allow-methods', headers.get('allow') ?? '')
  const asked = c.req.header('access-control-request-headers') ?? ''
  headers.set('access-control-allow-headers', allowedHeaders(asked))
  headers.set('access-control-max-age', '7200')
})
