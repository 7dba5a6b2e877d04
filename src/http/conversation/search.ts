// Searches the texts of messages.

import { OpenAPIHono } from '@hono/zod-openapi'
import { search } from '../../contract/routes/conversation.ts'
import { excerptAround } from '../../domain/excerpt.ts'
import { folded } from '../../domain/folded-text.ts'
import { idAfter } from '../../domain/ids.ts'
import { type SearchQuery, searchMessages } from '../../postgres/search.ts'
import type { AppEnv, Services } from '../app-env.ts'
import { queryPostgres } from '../backends/stores.ts'
import { cursorToId } from '../messages/cursor.ts'
import { noStore, requireMember } from '../middleware/authentication.ts'
import { ProblemError } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'
import { filteredPage } from './filtered-page.ts'

const tooSlow =
  'This search takes too long. Search for something longer, or only for messages of one person or time.'

async function searchArchive({ postgres }: Services, query: SearchQuery) {
  const found = await queryPostgres(searchMessages(postgres, query))
  if (found === 'too_slow') throw new ProblemError({ code: 'unavailable', detail: tooSlow })
  return found
}

/** The lower one: both bounds hold. */
function lowerBound(...cursors: (string | undefined)[]): string | null {
  const ids = cursors.flatMap((cursor) => (cursor === undefined ? [] : cursorToId(cursor)))
  return ids.sort()[0] ?? null
}

/** A message's id stands for the message itself, which is not newer than itself; a time for what came since. */
const idsFrom = (after: string) => (after.includes('T') ? cursorToId(after) : idAfter(after))

export const searchRoutes = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })

searchRoutes.openapi({ ...search, middleware: [noStore, requireMember] as const }, async (c) => {
  const { q, from: userId = null, before, after, cursor, limit } = c.req.valid('query')
  const term = folded(q)
  const range = {
    from: after === undefined ? null : idsFrom(after),
    below: lowerBound(before, cursor),
    limit,
  }
  const { messages, nextCursor } = await filteredPage(
    c.env,
    c.var.caller,
    {
      kind: 'search',
      isWanted: ({ is_deleted, user_id, content }) =>
        !is_deleted && (userId ?? user_id) === user_id && folded(content).includes(term),
      readArchive: (bounds) => searchArchive(c.env, { term, userId, ...bounds }),
    },
    range,
  )
  const hits = messages.map((message) => ({ message, ...excerptAround(message.content, term) }))
  return c.json({ hits, next_cursor: nextCursor }, 200)
})
