// Which web pages may use this server: its own, those of the exact list, locally any on this machine.

import { createMiddleware } from 'hono/factory'
import type { Config } from '../config.ts'
import { isThisMachine, isWebPage, ownOrigins } from './own-address.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

const changing = new Set(['POST', 'PATCH', 'PUT', 'DELETE'])

export function originAllowed(
  origin: string,
  own: string[],
  { ENVIRONMENT, ALLOWED_ORIGINS }: Pick<Config, 'ENVIRONMENT' | 'ALLOWED_ORIGINS'>,
): boolean {
  if (own.includes(origin) || ALLOWED_ORIGINS.includes(origin)) return true
  if (ENVIRONMENT !== 'local') return false
  if (origin === 'null') return true
  const url = URL.parse(origin)
  if (!url || url.origin !== origin) return false
  return isWebPage(origin) && isThisMachine(url.hostname)
}

/** What our own programs send. */
const knownHeaders = ['Authorization', 'Content-Type', 'Idempotency-Key']
const known = new Set(knownHeaders.map((name) => name.toLowerCase()))

const headerNames = /^[\w-]+(?: *, *[\w-]+)*$/
const headerNamesMax = 1_024
/** The platform and tunnels set them; a page has no business to. */
const reserved = /^(?:cf-|x-forwarded-|forwarded$|x-real-ip$)/

/**
 * Tracing and monitoring put headers of their own into every call (`traceparent`, `baggage`,
 * `sentry-trace`, …). Nothing here trusts a header because a page had to ask for it.
 */
function headersFor(asked: string): string {
  if (asked.length > headerNamesMax || !headerNames.test(asked)) return knownHeaders.join(', ')
  const others = asked.toLowerCase().split(/ *, */)
  const more = others.filter((name) => !known.has(name) && !reserved.test(name))
  return [...knownHeaders, ...more].join(', ')
}

/**
 * A page that is not allowed can't read. One that is may send the cookie of its refresh token; but
 * `null` is the origin of many, and of none, and apps share theirs with all apps of their kind.
 */
export const answerOrigin = createMiddleware<Wired>(async (c, next) => {
  const origin = c.req.header('origin')
  const allowed = origin !== undefined && originAllowed(origin, ownOrigins(c), c.env.config)
  if (origin !== undefined && !allowed && changing.has(c.req.method))
    throw new Refused({ code: 'origin_not_allowed' })

  await next()

  if (c.res.status === 101) return
  const { headers } = c.res
  headers.append('vary', 'Origin')
  if (!allowed) return
  headers.set('access-control-allow-origin', origin)
  if (isWebPage(origin)) headers.set('access-control-allow-credentials', 'true')
  headers.set('access-control-expose-headers', 'Retry-After')
  if (c.req.method !== 'OPTIONS') return
  headers.append('vary', 'Access-Control-Request-Method, Access-Control-Request-Headers')
  headers.set('access-control-allow-methods', headers.get('allow') ?? '')
  const asked = c.req.header('access-control-request-headers') ?? ''
  headers.set('access-control-allow-headers', headersFor(asked))
  headers.set('access-control-max-age', '7200')
})
