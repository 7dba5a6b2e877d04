// The history, and sending, editing and deleting messages. Every request asks the room first.

import { OpenAPIHono } from '@hono/zod-openapi'
import { edit, history, type Page, remove, send } from '../../contract/routes/messages.ts'
import { expiredBefore } from '../../domain/expiry.ts'
import {
  answeredByRoom,
  archiveShare,
  type HistoryPage,
  mergePage,
  overlaid,
  pageOfShare,
  pageWithoutArchive,
  type RoomShare,
  toPage,
} from '../../domain/history.ts'
import type { StoredMessage } from '../../domain/message.ts'
import { readPage } from '../../postgres/messages.ts'
import type { TaggedJson } from '../../room/rpc.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { cachedResponse, jsonResponse, responseText } from '../backends/response-cache.ts'
import { changeRoom, type RoomAccess, readRoomOrElse } from '../backends/room-client.ts'
import { queryPostgres } from '../backends/stores.ts'
import { noStore, requireMember, requireReader } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { unwrap } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'
import { cursorToId } from './cursor.ts'

async function withArchive(
  share: RoomShare,
  limit: number,
  { postgres, config, clock }: Pick<Services, 'postgres' | 'config' | 'clock'>,
): Promise<HistoryPage> {
  const asked = archiveShare(share, limit)
  let archived: StoredMessage[]
  try {
    const from = expiredBefore(config.RETENTION_DAYS, clock.now())
    archived = await queryPostgres(readPage(postgres, { from, below: share.floor, limit: asked }))
  } catch (postgresError) {
    if (share.rows.length === 0) throw postgresError
    return pageWithoutArchive(share)
  }
  return mergePage(share, archived, { limit, asked })
}

/**
 * Reading Postgres takes time. This removes what was deleted or erased in the meantime from the
 * page.
 */
function withNewerStates(page: HistoryPage, access: RoomAccess): Promise<HistoryPage> {
  const shown = page.messages.map(({ id, user_id, revision }) => ({ id, user_id, revision }))
  return readRoomOrElse(
    access,
    async (room) => overlaid(page, await room.overlay(shown)),
    async () => page,
  )
}

async function pageWithArchive(
  share: RoomShare,
  limit: number,
  services: Services,
): Promise<HistoryPage> {
  if (answeredByRoom(share, limit)) return pageOfShare(share, limit)
  const page = await withArchive(share, limit, services)
  return page.messages.length === 0 ? page : withNewerStates(page, services)
}

export const messageRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

messageRoutes.openapi({ ...history, middleware: [noStore, requireReader] as const }, async (c) => {
  const { limit, cursor } = c.req.valid('query')
  const before = cursor === undefined ? null : cursorToId(cursor)
  const name = `newest ${limit}`
  const known = before === null ? cachedResponse(name) : undefined
  const answer = await readRoomOrElse<TaggedJson | RoomShare>(
    c.env,
    (room) => room.page(before, limit, known?.tag ?? null),
    (room) => room.newest(before, limit),
  )
  if ('tag' in answer) return jsonResponse<Page>(c, responseText(answer, name, known))
  return c.json(toPage(await pageWithArchive(answer, limit, c.env), answer.session), 200)
})

messageRoutes.openapi(
  { ...send, middleware: [noStore, requireMember, requireUtf8] as const },
  async (c) => {
    const { content, client_id } = c.req.valid('json')
    // A message always has a client_id, so that the call to the room can be retried.
    const clientId = client_id ?? c.req.valid('header')['idempotency-key'] ?? crypto.randomUUID()
    const { message, fresh } = unwrap(
      await changeRoom(c.env, (room) => room.send(c.var.caller, content, clientId)),
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
