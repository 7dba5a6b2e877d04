// History, and what a member says, changes and takes back. The room is asked first, always.

import { OpenAPIHono } from '@hono/zod-openapi'
import { edit, history, type Page, remove, send } from '../contract/routes/messages.ts'
import {
  answeredByTail,
  archiveShare,
  type HistoryPage,
  mergePage,
  overlaid,
  pageOfTail,
  pageWithoutArchive,
  type Tail,
  toPage,
} from '../domain/history.ts'
import type { KeptMessage } from '../domain/message.ts'
import { readPage } from '../postgres/messages.ts'
import type { Answered } from '../room/rpc.ts'
import { membersOnly, readersOnly, unstored } from './bearer.ts'
import { utf8Only } from './body.ts'
import { idOfCursor } from './cursor.ts'
import { keptAnswer, textOf, written } from './kept-answers.ts'
import type { Parts, Wired } from './parts.ts'
import { granted, refuseInvalid } from './problem.ts'
import { askNewRoom, tellRoom } from './room-line.ts'
import { askPostgres } from './stores.ts'

async function withArchive(
  tail: Tail,
  limit: number,
  { postgres }: Pick<Parts, 'postgres'>,
): Promise<HistoryPage> {
  const asked = archiveShare(tail, limit)
  let archived: KeptMessage[]
  try {
    archived = await askPostgres(readPage(postgres, { below: tail.floor, limit: asked }))
  } catch (postgresAway) {
    if (tail.rows.length === 0) throw postgresAway
    return pageWithoutArchive(tail)
  }
  return mergePage(tail, archived, { limit, asked })
}

/** Postgres may take its time: what was deleted meanwhile, or whose account has ended, is not shown. */
function asItIsNow(page: HistoryPage, parts: Pick<Parts, 'room'>): Promise<HistoryPage> {
  const shown = page.messages.map(({ id, user_id, revision }) => ({ id, user_id, revision }))
  return askNewRoom(
    parts,
    async (room) => overlaid(page, await room.overlay(shown)),
    async () => page,
  )
}

async function completed(tail: Tail, limit: number, parts: Parts): Promise<HistoryPage> {
  if (answeredByTail(tail, limit)) return pageOfTail(tail, limit)
  const page = await withArchive(tail, limit, parts)
  return page.messages.length === 0 ? page : asItIsNow(page, parts)
}

export const messageCalls = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })

messageCalls.openapi({ ...history, middleware: [unstored, readersOnly] as const }, async (c) => {
  const { limit, cursor } = c.req.valid('query')
  const before = cursor === undefined ? null : idOfCursor(cursor)
  const name = `newest ${limit}`
  const known = before === null ? keptAnswer(name) : undefined
  const answer = await askNewRoom<Answered | Tail>(
    c.env,
    (room) => room.page(before, limit, known?.tag ?? null),
    (room) => room.newest(before, limit),
  )
  if ('tag' in answer) return written<Page>(c, textOf(answer, name, known))
  return c.json(toPage(await completed(answer, limit, c.env), answer.session), 200)
})

messageCalls.openapi(
  { ...send, middleware: [unstored, membersOnly, utf8Only] as const },
  async (c) => {
    const { content, client_id } = c.req.valid('json')
    // Never without one, so that the room can be asked twice.
    const clientId = client_id ?? c.req.valid('header')['idempotency-key'] ?? crypto.randomUUID()
    const { message, fresh } = granted(
      await tellRoom(c.env, (room) => room.send(c.var.caller, content, clientId)),
    )
    return fresh ? c.json(message, 201) : c.json(message, 200)
  },
)

messageCalls.openapi(
  { ...edit, middleware: [unstored, membersOnly, utf8Only] as const },
  async (c) => {
    const { id } = c.req.valid('param')
    const { content } = c.req.valid('json')
    const message = granted(await tellRoom(c.env, (room) => room.edit(c.var.caller, id, content)))
    return c.json(message, 200)
  },
)

messageCalls.openapi({ ...remove, middleware: [unstored, membersOnly] as const }, async (c) => {
  const { id } = c.req.valid('param')
  granted(await tellRoom(c.env, (room) => room.remove(c.var.caller, id)))
  return c.body(null, 204)
})
