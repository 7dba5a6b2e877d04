// Who is calling: the access token of the Authorization header, or a refusal.

import { createMiddleware } from 'hono/factory'
import type { Member } from '../contract/entities.ts'
import type { Parts, Wired } from './parts.ts'
import { Refused } from './problem.ts'

const scheme = /^bearer +(\S+) *$/i

async function memberOf(authorization: string | undefined, { tokens }: Pick<Parts, 'tokens'>) {
  const token = scheme.exec(authorization ?? '')?.[1]
  if (token === undefined) throw new Refused({ code: 'unauthenticated' })
  const checked = await tokens.verify(token, Date.now())
  if (!checked.ok) throw new Refused({ code: checked.code })
  return checked.member
}

/** Sets `member`; without one the call goes no further. */
export const membersOnly = createMiddleware<Wired>(async (c, next) => {
  const member: Member = await memberOf(c.req.header('authorization'), c.env)
  c.set('member', member)
  await next()
})

/** For what READ_ACCESS may open to everyone. */
export const readersOnly = createMiddleware<Wired>(async (c, next) => {
  if (c.env.config.READ_ACCESS === 'members') await memberOf(c.req.header('authorization'), c.env)
  await next()
})

/** For answers that depend on who asks: no cache may keep them. */
export const unstored = createMiddleware<Wired>(async (c, next) => {
  await next()
  c.res.headers.set('cache-control', 'no-store')
})
