// Security headers of every response.

import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../app-env.ts'

/** For responses that are data: nothing may be loaded by them, and no page may frame them. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

/** Browser features that the pages do not use. */
const disabledFeatures = [
  'camera',
  'display-capture',
  'geolocation',
  'microphone',
  'payment',
  'usb',
]

const fixedHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': disabledFeatures.map((feature) => `${feature}=()`).join(', '),
  // Allowed pages use CORS, which these do not affect; no other page gets a reference to the
  // window.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Used where a handler sets nothing else. */
const defaultHeaders = { 'content-security-policy': dataPolicy, 'cache-control': 'no-store' }

export const securityHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  if (c.res.status === 101) return
  const { headers } = c.res
  for (const [name, value] of Object.entries(fixedHeaders)) headers.set(name, value)
  for (const [name, value] of Object.entries(defaultHeaders))
    if (!headers.has(name)) headers.set(name, value)
})

/** Not in local use: a browser would apply it to every other service on localhost. */
export const strictTransportSecurity = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  if (c.res.status !== 101 && c.env.config.ENVIRONMENT !== 'local')
    c.res.headers.set('strict-transport-security', 'max-age=31536000')
})
