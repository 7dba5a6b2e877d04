// What every answer tells the browser to refuse.

import { createMiddleware } from 'hono/factory'
import type { Wired } from './parts.ts'

/** For answers that are data: nothing may be loaded by them, nobody may frame them. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

export const guardAnswer = createMiddleware<Wired>(async (c, next) => {
  await next()
  if (c.res.status === 101) return
  const { headers } = c.res
  headers.set('x-content-type-options', 'nosniff')
  headers.set('referrer-policy', 'no-referrer')
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', dataPolicy)
})

/** Not locally: a browser would keep it for everything else on localhost. */
export const insistOnTls = createMiddleware<Wired>(async (c, next) => {
  await next()
  if (c.res.status !== 101 && c.env.config.ENVIRONMENT !== 'local')
    c.res.headers.set('strict-transport-security', 'max-age=31536000')
})
