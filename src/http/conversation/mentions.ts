// Lists the messages of others that mention the caller or the room.

import { OpenAPIHono } from '@hono/zod-openapi'
import { mentions } from '../../contract/routes/conversation.ts'
import { isMentioned } from '../../domain/references.ts'
import { readMentions } from '../../postgres/mentions.ts'
import type { AppEnv } from '../app-env.ts'
import { queryPostgres } from '../backends/stores.ts'
import { cursorToId } from '../messages/cursor.ts'
import { noStore, requireMember } from '../middleware/authentication.ts'
import { validationHook } from '../problem-response.ts'
import { filteredPage } from './filtered-page.ts'

export const mentionRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

mentionRoutes.openapi({ ...mentions, middleware: [noStore, requireMember] as const }, async (c) => {
  const { cursor, limit } = c.req.valid('query')
  const { id } = c.var.caller.member
  const { messages, nextCursor } = await filteredPage(
    c.env,
    c.var.caller,
    {
      kind: 'mentions',
      isWanted: (message) => !message.is_deleted && isMentioned(message, id),
      readArchive: (bounds) => queryPostgres(readMentions(c.env.postgres, id, bounds)),
    },
    { from: null, below: cursor === undefined ? null : cursorToId(cursor), limit },
  )
  return c.json({ messages, next_cursor: nextCursor }, 200)
})
