// Whether a call comes from the operator. Without ADMIN_TOKEN there is nothing here to call; with
// it, whatever is done is written down.

import { createMiddleware } from 'hono/factory'
import { journal, journalFault } from '../journal.ts'
import { bearerOf } from './bearer.ts'
import { addressOf, demandWithinEdgeLimit } from './edge.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

const refusal = {
  code: 'unauthenticated',
  detail: 'This call needs the ADMIN_TOKEN as "Authorization: Bearer <token>".',
} as const

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
}

/** Takes as long for a token that is nearly right as for any other. */
async function isSame(given: string, kept: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(await digest(given), await digest(kept))
}

export const operatorOnly = createMiddleware<Wired>(async (c, next) => {
  const kept = c.env.config.ADMIN_TOKEN
  if (kept === undefined) throw new Refused({ code: 'not_found' })
  await demandWithinEdgeLimit(c, addressOf(c))
  const { method, path } = c.req
  const given = bearerOf(c.req.header('authorization'))
  if (given === undefined || !(await isSame(given, kept))) {
    journalFault('operator_refused', { method, path })
    throw new Refused(refusal)
  }
  await next()
  journal('operator_called', { method, path, status: c.res.status })
})
