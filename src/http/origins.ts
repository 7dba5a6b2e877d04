// Which web pages may use this server: its own, those of the exact list, locally any on this machine.

import { createMiddleware } from 'hono/factory'
import type { Config } from '../config.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

const thisMachine = new Set(['localhost', '127.0.0.1', '[::1]'])
const changing = new Set(['POST', 'PATCH', 'PUT', 'DELETE'])

export function originAllowed(
  origin: string,
  own: string,
  { ENVIRONMENT, ALLOWED_ORIGINS }: Pick<Config, 'ENVIRONMENT' | 'ALLOWED_ORIGINS'>,
): boolean {
  if (origin === own || ALLOWED_ORIGINS.includes(origin)) return true
  if (ENVIRONMENT !== 'local') return false
  if (origin === 'null') return true
  const url = URL.parse(origin)
  if (!url || url.origin !== origin) return false
  return /^https?:$/.test(url.protocol) && thisMachine.has(url.hostname)
}

/**
 * A page that is not allowed can't read. One that is may send the cookie of its refresh token; but
 * `null` is the origin of many, and of none.
 */
export const answerOrigin = createMiddleware<Wired>(async (c, next) => {
  const origin = c.req.header('origin')
  const allowed =
    origin !== undefined && originAllowed(origin, new URL(c.req.url).origin, c.env.config)
  if (origin !== undefined && !allowed && changing.has(c.req.method))
    throw new Refused({ code: 'origin_not_allowed' })

  await next()

  if (c.res.status === 101) return
  const { headers } = c.res
  headers.append('vary', 'Origin')
  if (!allowed) return
  headers.set('access-control-allow-origin', origin)
  if (origin !== 'null') headers.set('access-control-allow-credentials', 'true')
  headers.set('access-control-expose-headers', 'Retry-After')
  if (c.req.method !== 'OPTIONS') return
  headers.append('vary', 'Access-Control-Request-Method, Access-Control-Request-Headers')
  headers.set('access-control-allow-methods', headers.get('allow') ?? '')
  headers.set('access-control-allow-headers', 'Authorization, Content-Type, Idempotency-Key')
  headers.set('access-control-max-age', '7200')
})
