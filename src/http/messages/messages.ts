// The history, single messages, and sending, editing and deleting them. Every request asks the room first.

import { OpenAPIHono } from '@hono/zod-openapi'
import { edit, remove, send } from '../../contract/routes/message-changes.ts'
import { history, lookUp, type Page } from '../../contract/routes/messages.ts'
import type { RoomShare } from '../../domain/history.ts'
import { noSuchMessage } from '../../domain/message.ts'
import { referencesOf } from '../../domain/references.ts'
import type { TaggedJson } from '../../room/rpc.ts'
import type { AppEnv } from '../app-env.ts'
import {
  cachedResponse,
  jsonResponse,
  responseText,
  withField,
} from '../backends/response-cache.ts'
import { changeRoom, readRoomOrElse } from '../backends/room-client.ts'
import { noStore, requireMember, requireReader } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError, unwrap } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'
import { cursorToId } from './cursor.ts'
import { findNow } from './find-message.ts'
import { withOwnReactions } from './own-reactions.ts'
import { pageAfter, pageAround, pageBefore } from './pages.ts'

export const messageRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

messageRoutes.openapi({ ...history, middleware: [noStore, requireReader] as const }, async (c) => {
  const { limit, cursor, after, around } = c.req.valid('query')
  const { reader } = c.var
  const answerPage = async (page: Page) => c.json(await withOwnReactions(c.env, reader, page), 200)
  if (after !== undefined) return answerPage(await pageAfter(c.env, after, limit))
  if (around !== undefined) return answerPage(await pageAround(c.env, around, limit))
  const before = cursor === undefined ? null : cursorToId(cursor)
  const name = `newest ${limit}`
  const known = before === null ? cachedResponse(name) : undefined
  const answer = await readRoomOrElse<TaggedJson | RoomShare>(
    c.env,
    (room) => room.historyPage(before, limit, known?.tag ?? null, reader),
    (room) => room.newest(before, limit),
  )
  if ('tag' in answer) {
    const text = responseText(answer, name, known)
    return jsonResponse<Page>(c, withField(text, 'own_reactions', answer.own))
  }
  return answerPage(await pageBefore(c.env, answer, { before, limit }))
})

messageRoutes.openapi({ ...lookUp, middleware: [noStore, requireReader] as const }, async (c) => {
  const message = await findNow(c.env, c.req.valid('param').id)
  if (!message) throw new ProblemError({ code: 'not_found', detail: noSuchMessage })
  return c.json(message, 200)
})

messageRoutes.openapi(
  { ...send, middleware: [noStore, requireMember, requireUtf8] as const },
  async (c) => {
    const { content, client_id, ...sent } = c.req.valid('json')
    const references = referencesOf(sent)
    // A message always has a client_id, so that the call to the room can be retried.
    const clientId = client_id ?? c.req.valid('header')['idempotency-key'] ?? crypto.randomUUID()
    const { message, fresh } = unwrap(
      await changeRoom(c.env, (room) =>
        references
          ? room.sendMessage(c.var.caller, { content, clientId, references })
          : room.send(c.var.caller, content, clientId),
      ),
    )
    return fresh ? c.json(message, 201) : c.json(message, 200)
  },
)

messageRoutes.openapi(
  { ...edit, middleware: [noStore, requireMember, requireUtf8] as const },
  async (c) => {
    const { id } = c.req.valid('param')
    const { content } = c.req.valid('json')
    const message = unwrap(await changeRoom(c.env, (room) => room.edit(c.var.caller, id, content)))
    return c.json(message, 200)
  },
)

messageRoutes.openapi({ ...remove, middleware: [noStore, requireMember] as const }, async (c) => {
  const { id } = c.req.valid('param')
  unwrap(await changeRoom(c.env, (room) => room.remove(c.var.caller, id)))
  return c.body(null, 204)
})
