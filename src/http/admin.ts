// The operator's calls. Accounts change in Postgres first, so that nobody comes in again while the
// room puts out who is there. Each call is safe to repeat until it answers.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import {
  activate,
  deactivate,
  endSessionsOf,
  findUsers,
  recomputePresence,
  removeAny,
  retrySetAside,
  roomReport,
  sendAway,
  sessionsOf,
  setAside,
} from '../contract/routes/admin.ts'
import { lookUp, writeActive } from '../postgres/operator.ts'
import { sessionsOf as readSessions } from '../postgres/sessions.ts'
import { utf8Only } from './body.ts'
import { endSessions } from './endings.ts'
import type { Wired } from './parts.ts'
import { granted, Refused, refuseInvalid } from './problem.ts'
import { askRoom, tellRoom } from './room-line.ts'
import { askPostgres } from './stores.ts'

async function setActive(c: Context<Wired>, id: string, active: boolean): Promise<void> {
  const known = await askPostgres(writeActive(c.env.postgres, id, active))
  if (!known) throw new Refused({ code: 'not_found', detail: 'There is no such account.' })
}

async function endAll(c: Context<Wired>, userId: string): Promise<void> {
  const open = await askPostgres(readSessions(c.env.postgres, userId, Date.now()))
  await endSessions(
    c.env,
    open.map(({ id }) => id),
  )
}

export const adminCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

adminCalls.openapi(findUsers, async (c) => {
  return c.json(await askPostgres(lookUp(c.env.postgres, c.req.valid('query'))), 200)
})

adminCalls.openapi(deactivate, async (c) => {
  const { id } = c.req.valid('param')
  await setActive(c, id, false)
  await tellRoom(c.env, (room) => room.bar(id))
  await endAll(c, id)
  return c.body(null, 204)
})

adminCalls.openapi(activate, async (c) => {
  const { id } = c.req.valid('param')
  await setActive(c, id, true)
  await tellRoom(c.env, (room) => room.unbar(id))
  return c.body(null, 204)
})

adminCalls.openapi(sessionsOf, async (c) => {
  const { id } = c.req.valid('param')
  const open = await askPostgres(readSessions(c.env.postgres, id, Date.now()))
  return c.json(
    open.map((session) => ({ ...session, current: false })),
    200,
  )
})

adminCalls.openapi(endSessionsOf, async (c) => {
  await endAll(c, c.req.valid('param').id)
  return c.body(null, 204)
})

adminCalls.openapi(removeAny, async (c) => {
  const { id } = c.req.valid('param')
  granted(await tellRoom(c.env, (room) => room.removeAny(id)))
  return c.body(null, 204)
})

adminCalls.openapi(setAside, async (c) =>
  c.json(await askRoom(c.env, (room) => room.setAside()), 200),
)

adminCalls.openapi(retrySetAside, async (c) => {
  await tellRoom(c.env, (room) => room.retrySetAside())
  return c.body(null, 204)
})

adminCalls.openapi(roomReport, async (c) =>
  c.json(await askRoom(c.env, (room) => room.report()), 200),
)

adminCalls.openapi(recomputePresence, async (c) => {
  await tellRoom(c.env, (room) => room.recomputePresence())
  return c.body(null, 204)
})

adminCalls.openapi({ ...sendAway, middleware: [utf8Only] as const }, async (c) => {
  const { within_ms } = c.req.valid('json')
  await tellRoom(c.env, (room) => room.sendAway(within_ms))
  return c.body(null, 204)
})
