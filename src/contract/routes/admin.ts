// The operator's hand. Without ADMIN_TOKEN none of this exists; with it each call is logged.

import { createRoute, z } from '@hono/zod-openapi'
import { User } from '../entities.ts'
import { Id, Time, Trimmed } from '../values.ts'
import { json, refusals, takes, unlessEmpty } from './parts.ts'
import { Session } from './sessions.ts'

/** Name of the security scheme: ADMIN_TOKEN as a Bearer token. */
export const adminScheme = 'admin'

const always = ['unauthenticated', 'not_found', 'rate_limited', 'unavailable'] as const
const common = { tags: ['admin'], security: [{ [adminScheme]: [] }] }
const byId = z.object({ id: Id })

/** Milliseconds. */
export const reconnectMaxMs = 10 * 60_000

export const SetAside = z
  .object({
    message_id: Id,
    user_id: Id,
    code: z.string().meta({
      description:
        'SQLSTATE that Postgres refused it with, or http_ and the status of a refusal before it',
    }),
    revision: z.int().positive(),
    retry_at: Time,
  })
  .openapi('SetAside')
export type SetAside = z.infer<typeof SetAside>

export const RoomReport = z
  .object({
    epoch: z.string(),
    seq: z.int().nonnegative().meta({ description: 'Of the latest event' }),
    flushed_seq: z.int().nonnegative().meta({ description: 'Postgres has all up to this' }),
    pruned_seq: z.int().nonnegative().meta({ description: 'Resume is possible from this on' }),
    sockets: z.int().nonnegative(),
    online: z.int().nonnegative().meta({ description: 'People' }),
    dirty: z
      .int()
      .nonnegative()
      .meta({ description: 'Rows that Postgres does not have yet, counted up to 10,000' }),
    oldest_dirty_ms: z.int().nonnegative().nullable(),
    set_aside: z.int().nonnegative(),
    postgres_error: z.string().nullable().meta({ description: 'Code of the last failed flush' }),
    started_at: Time.meta({ description: 'When this start of the room began' }),
  })
  .openapi('RoomReport')
export type RoomReport = z.infer<typeof RoomReport>

export const findUsers = createRoute({
  method: 'get',
  path: '/admin/users',
  ...common,
  operationId: 'findUsers',
  summary: 'The account of an email address or a username',
  description: 'A parameter that is given empty counts as not given.',
  request: {
    query: z
      .object({
        email: unlessEmpty(Trimmed.optional()),
        username: unlessEmpty(Trimmed.optional()),
      })
      .refine(({ email, username }) => (email === undefined) !== (username === undefined), {
        path: ['email'],
        error: 'Give either email or username.',
      }),
  },
  responses: {
    200: json(z.array(User), 'The account, or nothing'),
    ...refusals('invalid', ...always),
  },
})

export const deactivate = createRoute({
  method: 'post',
  path: '/admin/users/{id}/deactivate',
  ...common,
  operationId: 'deactivate',
  summary: 'Put someone out: sockets closed, sessions ended, no login',
  request: { params: byId },
  responses: { 204: { description: 'Done' }, ...refusals('invalid', ...always) },
})

export const activate = createRoute({
  method: 'post',
  path: '/admin/users/{id}/activate',
  ...common,
  operationId: 'activate',
  summary: 'Let someone log in again',
  request: { params: byId },
  responses: { 204: { description: 'Done' }, ...refusals('invalid', ...always) },
})

export const sessionsOf = createRoute({
  method: 'get',
  path: '/admin/users/{id}/sessions',
  ...common,
  operationId: 'sessionsOf',
  summary: 'The sessions of an account',
  request: { params: byId },
  responses: { 200: json(z.array(Session), 'The sessions'), ...refusals('invalid', ...always) },
})

export const endSessionsOf = createRoute({
  method: 'delete',
  path: '/admin/users/{id}/sessions',
  ...common,
  operationId: 'endSessionsOf',
  summary: 'End all sessions of an account; its password still logs in',
  request: { params: byId },
  responses: { 204: { description: 'Done' }, ...refusals('invalid', ...always) },
})

export const removeAny = createRoute({
  method: 'delete',
  path: '/admin/messages/{id}',
  ...common,
  operationId: 'removeAny',
  summary: 'Delete any message, for good',
  request: { params: byId },
  responses: { 204: { description: 'Deleted' }, ...refusals('invalid', ...always) },
})

export const setAside = createRoute({
  method: 'get',
  path: '/admin/set-aside',
  ...common,
  operationId: 'setAside',
  summary: 'Rows that Postgres refused, the first thousand',
  responses: { 200: json(z.array(SetAside), 'The rows'), ...refusals(...always) },
})

export const retrySetAside = createRoute({
  method: 'post',
  path: '/admin/set-aside/retry',
  ...common,
  operationId: 'retrySetAside',
  summary: 'Try all of them again, now',
  responses: { 204: { description: 'They are tried within seconds' }, ...refusals(...always) },
})

export const roomReport = createRoute({
  method: 'get',
  path: '/admin/room',
  ...common,
  operationId: 'roomReport',
  summary: 'The state of the room',
  responses: { 200: json(RoomReport, 'The state'), ...refusals(...always) },
})

export const recomputePresence = createRoute({
  method: 'post',
  path: '/admin/presence',
  ...common,
  operationId: 'recomputePresence',
  summary: 'Compute who is online anew from the sockets that exist, and rewrite the mirror',
  responses: { 204: { description: 'Done' }, ...refusals(...always) },
})

export const sendAway = createRoute({
  method: 'post',
  path: '/admin/reconnect',
  ...common,
  operationId: 'sendAway',
  summary: 'Put everyone through a jittered reconnect, as before a deploy',
  request: takes(
    z.object({
      within_ms: z
        .int()
        .min(0)
        .max(reconnectMaxMs)
        .default(10_000)
        .meta({ description: 'Clients leave at a random moment within; then all are closed' }),
    }),
  ),
  responses: {
    204: { description: 'They were told' },
    ...refusals('bad_json', 'too_large', 'invalid', ...always),
  },
})
