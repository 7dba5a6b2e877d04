// Whether it runs, and how the room and the parts behind it are. Codes leave, messages never.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { faultSentence, type PartFault } from '../contract/part-faults.ts'
import { health, type Readiness, ready } from '../contract/routes/operation.ts'
import { app } from '../contract/version.ts'
import { postgresPartFault } from '../postgres/readiness.ts'
import type { RoomState } from '../room/rpc.ts'
import { unstored } from './bearer.ts'
import type { Wired } from './parts.ts'
import { refuseInvalid } from './problem.ts'
import { askRoom } from './room-line.ts'
import { lookAt } from './store-looks.ts'

/** Rows that wait longer than this, in milliseconds, mean that Postgres does not keep up. */
const oldRowsMs = 60_000

async function roomState(c: Context<Wired>): Promise<RoomState | null> {
  try {
    return await askRoom(c.env, (room) => room.state())
  } catch {
    return null
  }
}

const shown = (fault: PartFault | null) =>
  fault === null
    ? { state: 'up' as const }
    : { state: 'down' as const, code: fault.code, detail: `${faultSentence(fault.code)}.` }

/** A look writes nothing: only the room's own writes show a Postgres that is full. */
function lastWrite(room: RoomState | null): PartFault | null {
  const code = room?.postgresError ?? null
  return code === null ? null : postgresPartFault(code)
}

async function readiness(c: Context<Wired>): Promise<Readiness> {
  const [room, postgres, redis] = await Promise.all([
    roomState(c),
    lookAt(c, 'postgres'),
    lookAt(c, 'redis'),
  ])
  const parts = { postgres: shown(postgres ?? lastWrite(room)), redis: shown(redis) }
  if (!room) {
    const unknown = { dirty: null, oldest_dirty_ms: null, set_aside: null }
    return {
      status: 'unavailable',
      room: shown({ code: 'unreachable', of: [] }),
      ...parts,
      ...unknown,
    }
  }
  const whole =
    parts.postgres.state === 'up' &&
    parts.redis.state === 'up' &&
    (room.oldestDirtyMs ?? 0) < oldRowsMs &&
    room.setAside === 0
  return {
    status: whole ? 'ready' : 'degraded',
    room: { state: 'up' },
    ...parts,
    dirty: room.dirty,
    oldest_dirty_ms: room.oldestDirtyMs,
    set_aside: room.setAside,
  }
}

export const healthCall = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid }).openapi(
  { ...health, middleware: [unstored] as const },
  (c) => c.json({ status: 'healthy' as const, app: app.name, version: app.version }, 200),
)

export const readyCall = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid }).openapi(
  { ...ready, middleware: [unstored] as const },
  async (c) => {
    const found = await readiness(c)
    return found.status === 'unavailable' ? c.json(found, 503) : c.json(found, 200)
  },
)
