// Authenticates a request by the access token in its Authorization header.

import { createMiddleware } from 'hono/factory'
import type { Admitted, Caller } from '../../domain/session.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { readRoom } from '../backends/room-client.ts'
import { ProblemError, unwrap } from '../problem-error.ts'

const scheme = /^bearer +(\S+) *$/i

export function bearerToken(authorization: string | undefined): string | undefined {
  return scheme.exec(authorization ?? '')?.[1]
}

export async function authenticate(
  authorization: string | undefined,
  { tokens, clock }: Pick<Services, 'tokens' | 'clock'>,
): Promise<Admitted> {
  const token = bearerToken(authorization)
  if (token === undefined) throw new ProblemError({ code: 'unauthenticated' })
  const checked = await tokens.verify(token, clock.now())
  if (!checked.ok) throw new ProblemError({ code: checked.code })
  const { ok, ...admitted } = checked
  return admitted
}

/** Sets `caller`, or refuses the request. */
export const requireMember = createMiddleware<AppEnv>(async (c, next) => {
  const { expiresAt, ...caller } = await authenticate(c.req.header('authorization'), c.env)
  c.set('caller', caller)
  c.set('expiresAt', expiresAt)
  await next()
})

/** @returns null also for a token that is not valid: where everyone may read, none is needed */
async function namedReader(
  authorization: string | undefined,
  { tokens, clock }: Pick<Services, 'tokens' | 'clock'>,
): Promise<Caller | null> {
  const token = bearerToken(authorization)
  const checked = token === undefined ? null : await tokens.verify(token, clock.now())
  if (!checked?.ok) return null
  const { ok, expiresAt, ...caller } = checked
  return caller
}

/**
 * For routes that READ_ACCESS may open to everyone. Only the room knows which sessions have ended.
 */
export const requireReader = createMiddleware<AppEnv>(async (c, next) => {
  const authorization = c.req.header('authorization')
  if (c.env.config.READ_ACCESS === 'members') {
    const { expiresAt, ...caller } = await authenticate(authorization, c.env)
    unwrap(await readRoom(c.env, (room) => room.admits(caller)))
    c.set('reader', caller)
  } else c.set('reader', await namedReader(authorization, c.env))
  await next()
})

/** For responses that depend on the caller: no cache may store them. */
export const noStore = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  c.res.headers.set('cache-control', 'no-store')
})
