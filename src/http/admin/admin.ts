// The operator's calls. A change of an account reaches Postgres first, so that the user cannot log
// in again while the room closes their sockets. Each call is safe to repeat until it succeeds.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { RoomReport } from '../../contract/room-report.ts'
import {
  activate,
  deactivate,
  deadLetters,
  drain,
  endSessionsOf,
  findUsers,
  recomputePresence,
  removeAny,
  retryDeadLetters,
  roomReport,
  seal,
  sessionsOf,
} from '../../contract/routes/admin.ts'
import { flush, rearchive } from '../../contract/routes/recovery.ts'
import { searchUsers, writeActive } from '../../postgres/operator.ts'
import { listSessions as readSessions } from '../../postgres/sessions.ts'
import type { AppEnv } from '../app-env.ts'
import { revokeSessions } from '../auth/revoke-sessions.ts'
import { changeRoom, readRoom } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError, unwrap } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'

/** Longer than the room flushes for one call, and shorter than the operator's command waits. */
const flushDeadlineMs = 28_000
const notFlushed = 'The room did not answer: Postgres may lack messages. It is safe to call again.'
const notBegun =
  'The room did not answer: whether it has begun is unknown. It is safe to call again.'

async function setActive(c: Context<AppEnv>, id: string, active: boolean): Promise<void> {
  const known = await queryPostgres(writeActive(c.env.postgres, id, active))
  if (!known) throw new ProblemError({ code: 'not_found', detail: 'There is no such account.' })
}

async function revokeAll(c: Context<AppEnv>, userId: string): Promise<void> {
  const open = await queryPostgres(readSessions(c.env.postgres, userId, c.env.clock.now()))
  await revokeSessions(
    c.env,
    open.map(({ id }) => id),
  )
}

export const adminRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

adminRoutes.openapi(findUsers, async (c) => {
  return c.json(await queryPostgres(searchUsers(c.env.postgres, c.req.valid('query'))), 200)
})

adminRoutes.openapi(deactivate, async (c) => {
  const { id } = c.req.valid('param')
  await setActive(c, id, false)
  // Its name in the RPC interface is older than its meaning: the room bans the user.
  await changeRoom(c.env, (room) => room.bar(id))
  await revokeAll(c, id)
  return c.body(null, 204)
})

adminRoutes.openapi(activate, async (c) => {
  const { id } = c.req.valid('param')
  await setActive(c, id, true)
  await changeRoom(c.env, (room) => room.unbar(id))
  return c.body(null, 204)
})

adminRoutes.openapi(sessionsOf, async (c) => {
  const { id } = c.req.valid('param')
  const open = await queryPostgres(readSessions(c.env.postgres, id, c.env.clock.now()))
  return c.json(
    open.map((session) => ({ ...session, current: false })),
    200,
  )
})

adminRoutes.openapi(endSessionsOf, async (c) => {
  await revokeAll(c, c.req.valid('param').id)
  return c.body(null, 204)
})

adminRoutes.openapi(removeAny, async (c) => {
  const { id } = c.req.valid('param')
  unwrap(await changeRoom(c.env, (room) => room.removeAny(id)))
  return c.body(null, 204)
})

adminRoutes.openapi(deadLetters, async (c) =>
  c.json(await readRoom(c.env, (room) => room.setAside()), 200),
)

adminRoutes.openapi(retryDeadLetters, async (c) => {
  await changeRoom(c.env, (room) => room.retrySetAside())
  return c.body(null, 204)
})

/** A room of the release before knows no repair. */
const withRearchive = (report: RoomReport): RoomReport => ({
  ...report,
  rearchive: report.rearchive ?? null,
})

adminRoutes.openapi(roomReport, async (c) =>
  c.json(withRearchive(await readRoom(c.env, (room) => room.report())), 200),
)

adminRoutes.openapi(flush, async (c) => {
  const call = changeRoom(c.env, (room) => room.flushNow(), notFlushed, flushDeadlineMs)
  return c.json(unwrap(await call), 200)
})

adminRoutes.openapi(rearchive, async (c) => {
  // It reads from Postgres twice before it answers.
  const call = changeRoom(c.env, (room) => room.rearchive(), notBegun, flushDeadlineMs)
  return c.json(unwrap(await call), 200)
})

adminRoutes.openapi(recomputePresence, async (c) => {
  await changeRoom(c.env, (room) => room.recomputePresence())
  return c.body(null, 204)
})

adminRoutes.openapi({ ...drain, middleware: [requireUtf8] as const }, async (c) => {
  const { within_ms } = c.req.valid('json')
  await changeRoom(c.env, (room) => room.sendAway(within_ms))
  return c.body(null, 204)
})

adminRoutes.openapi(seal, async (c) => {
  unwrap(await changeRoom(c.env, (room) => room.seal()))
  return c.body(null, 204)
})
