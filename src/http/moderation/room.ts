// What every reader may know of the room and its people, and reports of members.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { profile, readRoom as readRoomRoute, report } from '../../contract/routes/moderation.ts'
import { initialRoom } from '../../domain/moderation.ts'
import { findProfile } from '../../postgres/members.ts'
import type { AppEnv } from '../app-env.ts'
import { changeRoom, readRoom, readRoomOrElse, readStanding } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'
import {
  authenticate,
  noStore,
  requireMember,
  requireReader,
} from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError, unwrap } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'

export const roomRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

roomRoutes.openapi(
  { ...readRoomRoute, middleware: [noStore, requireReader] as const },
  async (c) => {
    const room = await readRoomOrElse(
      c.env,
      (stub) => stub.settings(),
      async () => initialRoom,
    )
    return c.json(room, 200)
  },
)

/** Anonymous readers are no staff. */
async function isReaderStaff(c: Context<AppEnv>): Promise<boolean> {
  const authorization = c.req.header('authorization')
  if (authorization === undefined) return false
  const { expiresAt, ...caller } = await authenticate(authorization, c.env)
  // The session may have ended, or the moderator may be banned.
  if (!(await readRoom(c.env, (room) => room.admits(caller))).ok) return false
  const { member } = caller
  return (await readStanding(c.env, member.id)).role !== 'member'
}

roomRoutes.openapi({ ...profile, middleware: [noStore, requireReader] as const }, async (c) => {
  const { id } = c.req.valid('param')
  const isStaff = await isReaderStaff(c)
  const person = await queryPostgres(findProfile(c.env.postgres, id))
  if (!person) throw new ProblemError({ code: 'not_found', detail: 'There is no such account.' })
  const { role, restrictions } = await readStanding(c.env, id)
  return c.json({ ...person, role, ...(isStaff && { restrictions }) }, 200)
})

roomRoutes.openapi(
  { ...report, middleware: [noStore, requireMember, requireUtf8] as const },
  async (c) => {
    const { id } = c.req.valid('param')
    const { reason } = c.req.valid('json')
    const { caller } = c.var
    unwrap(await changeRoom(c.env, (room) => room.reportMessage(caller, id, reason)))
    return c.body(null, 204)
  },
)
