// Lists the users in the room. While the room is unavailable, the list comes from its mirror in
// Redis.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Member } from '../../contract/entities.ts'
import { online } from '../../contract/routes/members.ts'
import { readMirror } from '../../redis/presence-mirror.ts'
import type { TaggedJson } from '../../room/rpc.ts'
import type { AppEnv } from '../app-env.ts'
import { cachedResponse, jsonResponse, responseText } from '../backends/response-cache.ts'
import { readRoomOrElse } from '../backends/room-client.ts'
import { queryRedis } from '../backends/stores.ts'
import { noStore, requireReader } from '../middleware/authentication.ts'
import { validationHook } from '../problem-response.ts'

const cacheKey = 'online'

export const memberRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

memberRoutes.openapi({ ...online, middleware: [noStore, requireReader] as const }, async (c) => {
  try {
    const known = cachedResponse(cacheKey)
    const answer = await readRoomOrElse<TaggedJson | Member[]>(
      c.env,
      (room) => room.onlineText(known?.tag ?? null),
      (room) => room.online(),
    )
    if (!('tag' in answer)) return c.json(answer, 200)
    return jsonResponse<Member[]>(c, responseText(answer, cacheKey, known))
  } catch (roomError) {
    const members = await queryRedis(readMirror(c.env.redis))
    if (!members) throw roomError
    return c.json(members, 200)
  }
})
