// The calls of moderators, and the same calls of the operator below /admin.

import { OpenAPIHono } from '@hono/zod-openapi'
import { moderationLimits } from '../../contract/moderation.ts'
import { moderationRoutes } from '../../contract/routes/moderation.ts'
import type { ModeratedBy } from '../../contract/routes/moderation-access.ts'
import { termFault } from '../../domain/word-list.ts'
import type { AppEnv } from '../app-env.ts'
import { noStore, requireMember } from '../middleware/authentication.ts'
import { requireUtf8 } from '../middleware/request-body.ts'
import { ProblemError } from '../problem-error.ts'
import { validationHook } from '../problem-response.ts'
import { type CallerOf, moderate } from './moderate.ts'
import { readAuditPage, readReports, reportsToWire } from './moderation-lists.ts'

const tagOf = (revision: number) => `"${revision}"`

/** @returns null: there is none; NaN: it cannot be of this list */
function revisionOf(tag: string | undefined): number | null {
  if (tag === undefined || tag === '*') return null
  return Number(/^(?:W\/)?"(\d{1,15})"$/.exec(tag)?.[1] ?? Number.NaN)
}

function requireUsable(terms: string[]): void {
  const faults = terms.flatMap((term, n) => {
    const fault = termFault(term)
    return fault === null ? [] : [[`terms.${n}`, fault] as const]
  })
  if (faults.length > 0)
    throw new ProblemError({ code: 'invalid', errors: Object.fromEntries(faults) })
}

const millisecondsOf = (time: string | null) => (time === null ? null : Date.parse(time))

function createRoutes(by: ModeratedBy, callerOf: CallerOf) {
  const routes = moderationRoutes(by)
  const app = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })
  // The operator is authenticated for all paths below /admin.
  const authenticated = by === 'member' ? ([noStore, requireMember] as const) : ([noStore] as const)
  const plain = { middleware: [...authenticated] }
  const withBody = { middleware: [...authenticated, requireUtf8] }

  app.openapi({ ...routes.changeRoom, ...withBody }, async (c) => {
    const change = c.req.valid('json')
    return c.json(await moderate(c, callerOf, { kind: 'change_room', change }), 200)
  })

  app.openapi({ ...routes.pin, ...plain }, async (c) => {
    const { message_id: messageId } = c.req.valid('param')
    return c.json(await moderate(c, callerOf, { kind: 'pin', messageId }), 200)
  })

  app.openapi({ ...routes.unpin, ...plain }, async (c) => {
    const { message_id: messageId } = c.req.valid('param')
    await moderate(c, callerOf, { kind: 'unpin', messageId })
    return c.body(null, 204)
  })

  app.openapi({ ...routes.readWords, ...plain }, async (c) => {
    const { terms, revision } = await moderate(c, callerOf, { kind: 'read_words' })
    return c.json({ terms }, 200, { ETag: tagOf(revision) })
  })

  app.openapi({ ...routes.writeWords, ...withBody }, async (c) => {
    const asked = c.req.valid('json').terms
    requireUsable(asked)
    const knownRevision = revisionOf(c.req.valid('header')['if-match'])
    const call = { kind: 'write_words', terms: asked, knownRevision } as const
    const { terms, revision } = await moderate(c, callerOf, call)
    return c.json({ terms }, 200, { ETag: tagOf(revision) })
  })

  app.openapi({ ...routes.setRole, ...withBody }, async (c) => {
    const { id: userId } = c.req.valid('param')
    const { role } = c.req.valid('json')
    return c.json(await moderate(c, callerOf, { kind: 'set_role', userId, role }), 200)
  })

  for (const kind of ['mute', 'ban'] as const) {
    app.openapi({ ...routes[kind], ...withBody }, async (c) => {
      const { id: userId } = c.req.valid('param')
      const { until, reason } = c.req.valid('json')
      const call = { kind, userId, until: millisecondsOf(until), reason } as const
      return c.json(await moderate(c, callerOf, call), 200)
    })
    app.openapi({ ...routes[`un${kind}`], ...plain }, async (c) => {
      const { id: userId } = c.req.valid('param')
      await moderate(c, callerOf, { kind: `un${kind}`, userId } as const)
      return c.body(null, 204)
    })
  }

  app.openapi({ ...routes.purge, ...withBody }, async (c) => {
    const { id: userId } = c.req.valid('param')
    const { since, reason } = c.req.valid('json')
    const call = { kind: 'purge', userId, since: Date.parse(since), reason } as const
    return c.json(await moderate(c, callerOf, call), 200)
  })

  app.openapi({ ...routes.listRestricted, ...plain }, async (c) => {
    const { cursor = null } = c.req.valid('query')
    const limit = moderationLimits.pageMax + 1
    const found = await moderate(c, callerOf, { kind: 'list_restricted', cursor, limit })
    const users = found.slice(0, moderationLimits.pageMax)
    const next_cursor = found.length === limit ? (users.at(-1)?.user_id ?? null) : null
    return c.json({ users, next_cursor }, 200)
  })

  app.openapi({ ...routes.listReports, ...plain }, async (c) =>
    c.json(await readReports(c, callerOf, c.req.valid('query')), 200),
  )

  app.openapi({ ...routes.closeReport, ...withBody }, async (c) => {
    const { id } = c.req.valid('param')
    const { status } = c.req.valid('json')
    const closed = await moderate(c, callerOf, { kind: 'close_report', id, status })
    const [report] = await reportsToWire(c.env, [closed])
    if (!report) throw new ProblemError({ code: 'not_found' })
    return c.json(report, 200)
  })

  app.openapi({ ...routes.listAudit, ...plain }, async (c) =>
    c.json(await readAuditPage(c, callerOf, c.req.valid('query')), 200),
  )
  return app
}

export const memberModerationRoutes = createRoutes('member', (c) => c.var.caller)
export const operatorModerationRoutes = createRoutes('operator', () => null)
