// Whether it runs, and how the room and the parts behind it are. Codes leave, messages never.

import { OpenAPIHono } from '@hono/zod-openapi'
import { sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { health, type Readiness, ready } from '../contract/routes/operation.ts'
import { app } from '../contract/version.ts'
import { postgresFault } from '../postgres/client.ts'
import { redisFault } from '../redis/client.ts'
import type { RoomState } from '../room/calls.ts'
import { unstored } from './bearer.ts'
import type { Finding, Parts, Stores, Wired } from './parts.ts'
import { refuseInvalid } from './problem.ts'
import { askRoom } from './room-line.ts'
import { createTurns, type InTurn } from './turns.ts'

/** How long an isolate trusts what it found, in milliseconds. */
const trustedMs = 3_000
/** Rows that wait longer than this, in milliseconds, mean that Postgres does not keep up. */
const oldRowsMs = 60_000

type Look = {
  ask: (stores: Stores) => Promise<unknown>
  fault: (error: unknown) => string
  inTurn: InTurn
}

/** Who comes while another looks waits, and then trusts what was found. */
const oneByOne = { atOnce: 1, waiting: 1_000 }

const looks: Record<keyof Stores, Look> = {
  postgres: {
    ask: ({ postgres }) => postgres.execute(sql`select 1`),
    fault: postgresFault,
    inTurn: createTurns(oneByOne),
  },
  redis: { ask: ({ redis }) => redis.ping(), fault: redisFault, inTurn: createTurns(oneByOne) },
}

function lookAt(store: keyof Stores, { findings, watched }: Parts): Promise<Finding> {
  const { ask, fault, inTurn } = looks[store]
  return inTurn(store, async () => {
    const last = findings.get(store)
    if (last && Date.now() - last.at < trustedMs) return last
    const found = await ask(watched).then(
      (): Finding => ({ at: Date.now(), state: 'up' }),
      (error): Finding => ({ at: Date.now(), state: 'down', code: fault(error) }),
    )
    findings.set(store, found)
    return found
  })
}

async function roomState(c: Context<Wired>): Promise<RoomState | null> {
  try {
    return await askRoom(c.env, (room) => room.state())
  } catch {
    return null
  }
}

const shown = ({ state, code }: Finding) => ({ state, ...(code !== undefined && { code }) })

async function readiness(c: Context<Wired>): Promise<Readiness> {
  const [room, postgres, redis] = await Promise.all([
    roomState(c),
    lookAt('postgres', c.env),
    lookAt('redis', c.env),
  ])
  const parts = { postgres: shown(postgres), redis: shown(redis) }
  if (!room) {
    const unknown = { dirty: null, oldest_dirty_ms: null, set_aside: null }
    return {
      status: 'unavailable',
      room: { state: 'down', code: 'unreachable' },
      ...parts,
      ...unknown,
    }
  }
  const whole =
    postgres.state === 'up' &&
    redis.state === 'up' &&
    room.postgresError === null &&
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
