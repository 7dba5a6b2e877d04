// The caller's own read marker.

import { OpenAPIHono } from '@hono/zod-openapi'
import { markRead, readState } from '../../contract/routes/conversation.ts'
import type { AppEnv } from '../app-env.ts'
import { changeRoom } from '../backends/room-client.ts'
import { noStore, requireMember } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { unwrap } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'
import { markerNow, readStateOf } from './unread.ts'

export const readMarkerRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

readMarkerRoutes.openapi(
  { ...readState, middleware: [noStore, requireMember] as const },
  async (c) => c.json(await readStateOf(c.env, c.var.caller), 200),
)

readMarkerRoutes.openapi(
  { ...markRead, middleware: [noStore, requireMember, requireUtf8] as const },
  async (c) => {
    const { caller } = c.var
    const { message_id } = c.req.valid('json')
    const marker = unwrap(await changeRoom(c.env, (room) => room.markRead(caller, message_id)))
    return c.json({ last_read_id: await markerNow(c.env, caller.member.id, marker) }, 200)
  },
)
