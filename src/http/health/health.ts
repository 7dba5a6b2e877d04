// Reports whether the Worker runs, and the state of the room, Postgres and Redis. Responses carry
// codes, never error messages.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { health, type Readiness, ready } from '../../contract/routes/health.ts'
import { type StoreFault, storeFaultDetail } from '../../contract/store-faults.ts'
import { app } from '../../contract/version.ts'
import { toStoreFault } from '../../postgres/readiness.ts'
import type { RoomState } from '../../room/rpc.ts'
import type { AppEnv } from '../app-env.ts'
import { readRoom } from '../backends/room-client.ts'
import { noStore } from '../middleware/authentication.ts'
import { validationHook } from '../problem-response.ts'
import { checkFence, checkStore } from './store-checks.ts'

/** Rows that wait longer than this, in milliseconds, mean that Postgres does not keep up. */
const maxLagMs = 60_000

async function roomState(c: Context<AppEnv>): Promise<RoomState | null> {
  try {
    return await readRoom(c.env, (room) => room.state())
  } catch {
    return null
  }
}

const partState = (fault: StoreFault | null) =>
  fault === null
    ? { state: 'up' as const }
    : { state: 'down' as const, code: fault.code, detail: `${storeFaultDetail(fault.code)}.` }

/** A check writes nothing, so only the room's own writes reveal that Postgres is full. */
function lastWriteFault(room: RoomState | null): StoreFault | null {
  const code = room?.postgresError ?? null
  return code === null ? null : toStoreFault(code)
}

async function readiness(c: Context<AppEnv>): Promise<Readiness> {
  const [room, postgres, redis] = await Promise.all([
    roomState(c),
    checkStore(c, 'postgres'),
    checkStore(c, 'redis'),
  ])
  const fence = room && !postgres ? await checkFence(c.env, room) : null
  const parts = {
    build: c.env.build,
    postgres: partState(postgres ?? lastWriteFault(room) ?? fence),
    redis: partState(redis),
  }
  if (!room || room.closed) {
    const unknown = { dirty: null, oldest_dirty_ms: null, set_aside: null }
    return {
      status: 'unavailable',
      room: {
        ...partState({ code: room?.closed ?? 'unreachable', of: [] }),
        build: room?.build ?? null,
      },
      ...parts,
      ...unknown,
    }
  }
  const whole =
    parts.postgres.state === 'up' &&
    parts.redis.state === 'up' &&
    (room.oldestDirtyMs ?? 0) < maxLagMs &&
    room.setAside === 0
  return {
    status: whole ? 'ready' : 'degraded',
    room: { state: 'up', build: room.build ?? null },
    ...parts,
    dirty: room.dirty,
    oldest_dirty_ms: room.oldestDirtyMs,
    set_aside: room.setAside,
  }
}

export const healthRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook }).openapi(
  { ...health, middleware: [noStore] as const },
  (c) => c.json({ status: 'healthy' as const, app: app.name, version: app.version }, 200),
)

export const readinessRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook }).openapi(
  { ...ready, middleware: [noStore] as const },
  async (c) => {
    const found = await readiness(c)
    return found.status === 'unavailable' ? c.json(found, 503) : c.json(found, 200)
  },
)
