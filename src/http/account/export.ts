// Exports all data of the caller as a stream. Only one page of messages is in memory at a time.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { User } from '../../contract/entities.ts'
import type { Restrictions } from '../../contract/moderation.ts'
import { exportData } from '../../contract/routes/accounts.ts'
import type { OwnReactionsPage } from '../../contract/routes/reactions.ts'
import { newerId } from '../../domain/ids.ts'
import { toWire } from '../../domain/message.ts'
import { mergeOwn, type OwnPage, ownOverlaid } from '../../domain/own-messages.ts'
import { errorFields, logError } from '../../logger.ts'
import { readOwnMessages } from '../../postgres/messages.ts'
import { findReadMarker } from '../../postgres/read-markers.ts'
import { readOwnReports } from '../../postgres/reports.ts'
import { listSessions, type SessionRecord } from '../../postgres/sessions.ts'
import { chargeExport, refundExport } from '../../redis/attempt-limits.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { loadOwnAccount } from '../auth/own-account.ts'
import { enforceLimit, refundOnFailure } from '../auth/rate-limit.ts'
import { runInBackground } from '../backends/background.ts'
import { oldestKeptId } from '../backends/retention.ts'
import { readRoom, readRoomOrElse, readStanding } from '../backends/room-client.ts'
import { queryPostgres, queryRedis } from '../backends/stores.ts'
import { ownReactionsBetween } from '../messages/own-reactions.ts'
import { noStore, requireMember } from '../middleware/authentication.ts'

/** Rows per page, from the room and from Postgres. */
const pageSize = 500
/** Exports per user in any hour, because each may read a whole archive. */
const maxExports = 10

type ReadPage = (above: string | null) => Promise<OwnPage>
type ReadReacted = (from: string) => Promise<OwnReactionsPage>

const lowestId = '00000000-0000-0000-0000-000000000000'
const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

type ExportStart = {
  head: {
    exported_at: string
    user: User
    sessions: SessionRecord[]
    restrictions: Restrictions
    last_read_id: string | null
    reports: Awaited<ReturnType<typeof readOwnReports>>
  }
  first: OwnPage
  reacted: OwnReactionsPage
}

async function lastReadIdOf(services: Services, userId: string): Promise<string | null> {
  const inRoom = await readRoomOrElse(
    services,
    (room) => room.lastRead(userId),
    async () => null,
  )
  return newerId(inRoom, await queryPostgres(findReadMarker(services.postgres, userId)))
}

/**
 * Reads everything before the second page. A failure up to here still gets a normal error response.
 */
async function startExport(
  c: Context<AppEnv>,
  read: ReadPage,
  readReacted: ReadReacted,
): Promise<ExportStart> {
  const { postgres } = c.env
  const { user } = await loadOwnAccount(c.env, c.var.caller)
  const sessions = await queryPostgres(listSessions(postgres, user.id, c.env.clock.now()))
  const first = await read(null)
  const reports = await queryPostgres(readOwnReports(postgres, user.id))
  const { restrictions } = await readStanding(c.env, user.id)
  const last_read_id = await lastReadIdOf(c.env, user.id)
  const exported_at = new Date(c.env.clock.now()).toISOString()
  const head = { exported_at, user, sessions, restrictions, last_read_id, reports }
  return { head, first, reacted: await readReacted(lowestId) }
}

async function* exportText(
  start: ExportStart,
  read: ReadPage,
  readReacted: ReadReacted,
): AsyncGenerator<string> {
  const head = JSON.stringify(start.head)
  yield `${head.slice(0, -1)},"messages":[`
  let separator = ''
  let page = start.first
  for (;;) {
    const { messages, end } = page
    if (messages.length > 0) {
      yield separator + messages.map((message) => JSON.stringify(toWire(message))).join(',')
      separator = ','
    }
    if (end === null) break
    page = await read(end)
  }
  yield '],"reactions":['
  separator = ''
  let reacted: OwnReactionsPage | null = start.reacted
  while (reacted) {
    const sets = Object.entries(reacted.reactions)
    if (sets.length > 0) {
      const chosen = sets.map(([message_id, reactions]) => ({ message_id, reactions }))
      yield separator + chosen.map((set) => JSON.stringify(set)).join(',')
      separator = ','
    }
    reacted = reacted.next_from === null ? null : await readReacted(reacted.next_from)
  }
  yield ']}'
}

/**
 * A failure in the middle ends the text there, which leaves invalid JSON. Failing the stream
 * instead would give the client no more information and would be logged as an unexpected error.
 */
function toStream(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await texts.next()
        if (done) return controller.close()
        controller.enqueue(encoder.encode(value))
      } catch (error) {
        logError('export_broken_off', errorFields(error))
        controller.close()
      }
    },
    async cancel() {
      await texts.return(undefined)
    },
  })
}

export const exportRoutes = new OpenAPIHono<AppEnv>()

// Registered apart from its handler, because the response types of zod-openapi know no streams.
exportRoutes.openAPIRegistry.registerPath(exportData)
exportRoutes.get(exportData.path, noStore, requireMember, async (c) => {
  const { redis, background } = c.env
  const oldest = oldestKeptId(c.env)
  const attempt = { id: crypto.randomUUID(), userId: c.var.caller.member.id }
  const read: ReadPage = async (above) => {
    const bounds = { above: above ?? oldest, limit: pageSize }
    // The room comes first: a row that it flushes meanwhile is then found in both places, never in
    // neither.
    const unwritten = await readRoom(c.env, (room) => room.unwritten(attempt.userId, bounds))
    const archived = await queryPostgres(
      readOwnMessages(background.postgres, attempt.userId, bounds),
    )
    const page = mergeOwn({ unwritten, archived }, pageSize)
    const shown = page.messages.map(({ id, user_id, revision }) => ({ id, user_id, revision }))
    return ownOverlaid(page, await readRoom(c.env, (room) => room.overlay(shown)))
  }

  const readReacted: ReadReacted = (from) =>
    ownReactionsBetween(c.env, attempt.userId, { from, to: highestId })

  const beginning = await refundOnFailure(
    async () => {
      enforceLimit(
        await queryRedis(chargeExport(redis, attempt, maxExports, c.env.clock.now())),
        'Your data was asked for many times.',
      )
      return startExport(c, read, readReacted)
    },
    () => runInBackground(c, queryRedis(refundExport(background.redis, attempt))),
  )
  return new Response(toStream(exportText(beginning, read, readReacted)), {
    headers: {
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="edge-chat-export.json"',
    },
  })
})
