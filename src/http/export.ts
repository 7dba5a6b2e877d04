// All that is kept of a person, as a file that is sent while it is read: however many messages they
// have, one page of them is in memory.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { User } from '../contract/entities.ts'
import { exportData } from '../contract/routes/accounts.ts'
import { toWire } from '../domain/message.ts'
import { mergeOwn, type OwnPage } from '../domain/own-messages.ts'
import { journalFault, traits } from '../journal.ts'
import { readOwn } from '../postgres/messages.ts'
import { type KeptSession, sessionsOf } from '../postgres/sessions.ts'
import { chargeExport, uncountExport } from '../redis/throttles.ts'
import { afterAnswer } from './after-answer.ts'
import { membersOnly, unstored } from './bearer.ts'
import { ownAccount } from './own-account.ts'
import type { Wired } from './parts.ts'
import { askRoom } from './room-line.ts'
import { askPostgres, askRedis } from './stores.ts'
import { demand, takingBack } from './throttled.ts'

/** Rows that are read at once of either place. */
const pageRows = 500
/** Exports of one person in any hour: each may read a whole archive. */
const exportsMax = 10

type Read = (above: string | null) => Promise<OwnPage>

type Beginning = { user: User; sessions: KeptSession[]; first: OwnPage }

/** Everything but the later pages: what fails until here is still an answer of its own. */
async function begin(c: Context<Wired>, read: Read): Promise<Beginning> {
  const { postgres } = c.env
  const { user } = await ownAccount(c.env, c.var.caller)
  const sessions = await askPostgres(sessionsOf(postgres, user.id, Date.now()))
  return { user, sessions, first: await read(null) }
}

async function* written({ user, sessions, first }: Beginning, read: Read): AsyncGenerator<string> {
  const head = JSON.stringify({ exported_at: new Date().toISOString(), user, sessions })
  yield `${head.slice(0, -1)},"messages":[`
  let separator = ''
  let page = first
  for (;;) {
    const { messages, end } = page
    if (messages.length > 0) {
      yield separator + messages.map((message) => JSON.stringify(toWire(message))).join(',')
      separator = ','
    }
    if (end === null) break
    page = await read(end)
  }
  yield ']}'
}

/**
 * What fails in the middle ends the text there: half of an object is no JSON. An error of the stream
 * would say no more to whoever reads it, and be logged as one that nobody expected.
 */
function streamed(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await texts.next()
        if (done) return controller.close()
        controller.enqueue(encoder.encode(value))
      } catch (error) {
        journalFault('export_broken_off', traits(error))
        controller.close()
      }
    },
    async cancel() {
      await texts.return(undefined)
    },
  })
}

export const exportCall = new OpenAPIHono<Wired>()

// Declared and answered apart: the types of an answer know no stream.
exportCall.openAPIRegistry.registerPath(exportData)
exportCall.get(exportData.path, unstored, membersOnly, async (c) => {
  const { redis, background } = c.env
  const attempt = { id: crypto.randomUUID(), userId: c.var.caller.member.id }
  const read: Read = async (above) => {
    const bounds = { above, limit: pageRows }
    // First the room: what it writes meanwhile is then found in both, never in none.
    const unwritten = await askRoom(c.env, (room) => room.unwritten(attempt.userId, bounds))
    const archived = await askPostgres(readOwn(background.postgres, attempt.userId, bounds))
    return mergeOwn({ unwritten, archived }, pageRows)
  }

  const beginning = await takingBack(
    async () => {
      demand(
        await askRedis(chargeExport(redis, attempt, exportsMax, Date.now())),
        'Your data was asked for many times.',
      )
      return begin(c, read)
    },
    () => afterAnswer(c, askRedis(uncountExport(background.redis, attempt))),
  )
  return new Response(streamed(written(beginning, read)), {
    headers: {
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="edge-chat-export.json"',
    },
  })
})
