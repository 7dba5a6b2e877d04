// Who is in the room: the room knows; while it can't be reached, its mirror in Redis.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Member } from '../contract/entities.ts'
import { online } from '../contract/routes/members.ts'
import { readMirror } from '../redis/presence-mirror.ts'
import type { Answered } from '../room/rpc.ts'
import { readersOnly, unstored } from './bearer.ts'
import { keptAnswer, textOf, written } from './kept-answers.ts'
import type { Wired } from './parts.ts'
import { refuseInvalid } from './problem.ts'
import { askNewRoom } from './room-line.ts'
import { askRedis } from './stores.ts'

const name = 'online'

export const memberCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

memberCalls.openapi({ ...online, middleware: [unstored, readersOnly] as const }, async (c) => {
  try {
    const known = keptAnswer(name)
    const answer = await askNewRoom<Answered | Member[]>(
      c.env,
      (room) => room.onlineText(known?.tag ?? null),
      (room) => room.online(),
    )
    if (!('tag' in answer)) return c.json(answer, 200)
    return written<Member[]>(c, textOf(answer, name, known))
  } catch (roomAway) {
    const members = await askRedis(readMirror(c.env.redis))
    if (!members) throw roomAway
    return c.json(members, 200)
  }
})
