// All that is kept of a person, as a file that is sent while it is read: however many messages they
// have, one page of them is in memory.

import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { User } from '../contract/entities.ts'
import { exportData } from '../contract/routes/accounts.ts'
import { type KeptMessage, toWire } from '../domain/message.ts'
import { overlay } from '../domain/own-messages.ts'
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

/** Rows that are read at once. */
const pageRows = 500
/** Exports of one person in any hour: each may read a whole archive. */
const exportsMax = 10

type Page = (above: string | null) => Promise<KeptMessage[]>

type Whole = { user: User; sessions: KeptSession[]; unwritten: KeptMessage[]; first: KeptMessage[] }

/** Everything but the later pages: what fails until here is still an answer of its own. */
async function gather(c: Context<Wired>, page: Page): Promise<Whole> {
  const { postgres } = c.env
  const { user } = await ownAccount(c.env, c.var.caller)
  const sessions = await askPostgres(sessionsOf(postgres, user.id, Date.now()))
  // Before the first page: what is written meanwhile is then found in both, never in none.
  const unwritten = await askRoom(c.env, (room) => room.unwritten(user.id))
  return { user, sessions, unwritten, first: await page(null) }
}

async function* messagesOf({ unwritten, first }: Whole, page: Page): AsyncGenerator<KeptMessage[]> {
  const { over, rest } = overlay(unwritten)
  let rows = first
  while (rows.length > 0) {
    yield over(rows)
    rows = rows.length < pageRows ? [] : await page(rows.at(-1)?.id ?? null)
  }
  yield rest()
}

async function* written(whole: Whole, page: Page): AsyncGenerator<string> {
  const { user, sessions } = whole
  const head = JSON.stringify({ exported_at: new Date().toISOString(), user, sessions })
  yield `${head.slice(0, -1)},"messages":[`
  let separator = ''
  for await (const messages of messagesOf(whole, page)) {
    if (messages.length === 0) continue
    yield separator + messages.map((message) => JSON.stringify(toWire(message))).join(',')
    separator = ','
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
  const page: Page = (above) =>
    askPostgres(readOwn(background.postgres, attempt.userId, { above, limit: pageRows }))

  const whole = await takingBack(
    async () => {
      demand(
        await askRedis(chargeExport(redis, attempt, exportsMax, Date.now())),
        'Your data was asked for many times.',
      )
      return gather(c, page)
    },
    () => afterAnswer(c, askRedis(uncountExport(background.redis, attempt))),
  )
  return new Response(streamed(written(whole, page)), {
    headers: {
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="edge-chat-export.json"',
    },
  })
})
