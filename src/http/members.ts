// Who is in the room: the room knows; while it can't be reached, its mirror in Redis.

import { OpenAPIHono } from '@hono/zod-openapi'
import { online } from '../contract/routes/members.ts'
import { readMirror } from '../redis/presence-mirror.ts'
import { readersOnly, unstored } from './bearer.ts'
import type { Wired } from './parts.ts'
import { refuseInvalid } from './problem.ts'
import { askRoom } from './room-line.ts'
import { askRedis } from './stores.ts'

export const memberCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

memberCalls.openapi({ ...online, middleware: [unstored, readersOnly] as const }, async (c) => {
  try {
    return c.json(await askRoom(c.env, (room) => room.online()), 200)
  } catch (roomAway) {
    const members = await askRedis(readMirror(c.env.redis))
    if (!members) throw roomAway
    return c.json(members, 200)
  }
})
