// Who is calling: the access token of the Authorization header, or a refusal.

import { createMiddleware } from 'hono/factory'
import type { Admitted } from '../domain/session.ts'
import type { Parts, Wired } from './parts.ts'
import { granted, Refused } from './problem.ts'
import { askRoom } from './room-line.ts'

const scheme = /^bearer +(\S+) *$/i

export function bearerOf(authorization: string | undefined): string | undefined {
  return scheme.exec(authorization ?? '')?.[1]
}

export async function admittedBy(
  authorization: string | undefined,
  { tokens }: Pick<Parts, 'tokens'>,
): Promise<Admitted> {
  const token = bearerOf(authorization)
  if (token === undefined) throw new Refused({ code: 'unauthenticated' })
  const checked = await tokens.verify(token, Date.now())
  if (!checked.ok) throw new Refused({ code: checked.code })
  const { member, sessionId, expiresAt } = checked
  return { member, sessionId, expiresAt }
}

/** Sets `caller`; without one the call goes no further. */
export const membersOnly = createMiddleware<Wired>(async (c, next) => {
  const { expiresAt, ...caller } = await admittedBy(c.req.header('authorization'), c.env)
  c.set('caller', caller)
  c.set('expiresAt', expiresAt)
  await next()
})

/** For what READ_ACCESS may open to everyone. The room knows whose session has ended. */
export const readersOnly = createMiddleware<Wired>(async (c, next) => {
  if (c.env.config.READ_ACCESS === 'members') {
    const { member, sessionId } = await admittedBy(c.req.header('authorization'), c.env)
    granted(await askRoom(c.env, (room) => room.admits({ member, sessionId })))
  }
  await next()
})

/** For answers that depend on who asks: no cache may keep them. */
export const unstored = createMiddleware<Wired>(async (c, next) => {
  await next()
  c.res.headers.set('cache-control', 'no-store')
})
