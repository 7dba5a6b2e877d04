// Authenticates the operator by ADMIN_TOKEN and logs each call. Without ADMIN_TOKEN the routes do
// not exist.

import { createMiddleware } from 'hono/factory'
import { logError, logEvent } from '../../logger.ts'
import type { AppEnv } from '../app-env.ts'
import { bearerToken } from '../middleware/authentication.ts'
import { clientAddress, enforceEdgeLimit } from '../middleware/edge-rate-limit.ts'
import { ProblemError } from '../problem-error.ts'

const unauthenticated = {
  code: 'unauthenticated',
  detail: 'This call needs the ADMIN_TOKEN as "Authorization: Bearer <token>".',
} as const

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
}

/** Compares in constant time. */
async function isEqual(given: string, expected: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(await digest(given), await digest(expected))
}

export const requireOperator = createMiddleware<AppEnv>(async (c, next) => {
  const expected = c.env.config.ADMIN_TOKEN
  if (expected === undefined) throw new ProblemError({ code: 'not_found' })
  await enforceEdgeLimit(c, clientAddress(c))
  const { method, path } = c.req
  const given = bearerToken(c.req.header('authorization'))
  if (given === undefined || !(await isEqual(given, expected))) {
    logError('operator_refused', { method, path })
    throw new ProblemError(unauthenticated)
  }
  await next()
  logEvent('operator_called', { method, path, status: c.res.status })
})
