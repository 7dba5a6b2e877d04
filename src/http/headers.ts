// What every answer tells the browser to refuse.

import { createMiddleware } from 'hono/factory'
import type { Wired } from './parts.ts'

/** For answers that are data: nothing may be loaded by them, nobody may frame them. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

/** What no page of ours asks a browser for. */
const unused = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']

const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': unused.map((feature) => `${feature}=()`).join(', '),
  // Pages that are allowed ask by CORS, to which this is nothing; all others get no window on it.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Where a call says nothing else. */
const otherwise = { 'content-security-policy': dataPolicy, 'cache-control': 'no-store' }

export const guardAnswer = createMiddleware<Wired>(async (c, next) => {
  await next()
  if (c.res.status === 101) return
  const { headers } = c.res
  for (const [name, value] of Object.entries(always)) headers.set(name, value)
  for (const [name, value] of Object.entries(otherwise))
    if (!headers.has(name)) headers.set(name, value)
})

/** Not locally: a browser would keep it for everything else on localhost. */
export const insistOnTls = createMiddleware<Wired>(async (c, next) => {
  await next()
  if (c.res.status !== 101 && c.env.config.ENVIRONMENT !== 'local')
    c.res.headers.set('strict-transport-security', 'max-age=31536000')
})
