// Who is in the room: the room knows; while it can't be reached, its mirror in Redis.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Member } from '../contract/entities.ts'
import { online } from '../contract/routes.ts'
import { journalFault } from '../journal.ts'
import { redisFault } from '../redis/client.ts'
import { readMirror } from '../redis/presence-mirror.ts'
import { readersOnly, unstored } from './bearer.ts'
import type { Parts, Wired } from './parts.ts'
import { refuseInvalid } from './problem.ts'
import { askRoom } from './room-line.ts'

async function mirrored({ redis }: Pick<Parts, 'redis'>): Promise<Member[] | null> {
  try {
    return await readMirror(redis)
  } catch (error) {
    journalFault('redis_away', { code: redisFault(error) })
    return null
  }
}

export const memberCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

memberCalls.openapi({ ...online, middleware: [unstored, readersOnly] as const }, async (c) => {
  try {
    return c.json(await askRoom(c.env, (room) => room.online()), 200)
  } catch (roomAway) {
    const members = await mirrored(c.env)
    if (!members) throw roomAway
    return c.json(members, 200)
  }
})
