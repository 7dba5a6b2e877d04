// Routes of the operator. They exist only with ADMIN_TOKEN, and each call is logged.

import { createRoute, z } from '@hono/zod-openapi'
import { User } from '../entities.ts'
import { DeadLetter, RoomReport } from '../room-report.ts'
import { Id, reconnectMaxMs, Trimmed } from '../values.ts'
import { emptyAsAbsent, jsonBody, jsonResponse, problemResponses } from './building-blocks.ts'
import { common, commonProblems } from './operator-access.ts'
import { Session } from './sessions.ts'

const byId = z.object({ id: Id })

export const findUsers = createRoute({
  method: 'get',
  path: '/admin/users',
  ...common,
  operationId: 'findUsers',
  summary: 'Find an account by email address or username',
  description: 'An empty parameter counts as absent.',
  request: {
    query: z
      .object({
        email: emptyAsAbsent(Trimmed.optional()),
        username: emptyAsAbsent(Trimmed.optional()),
      })
      .refine(({ email, username }) => (email === undefined) !== (username === undefined), {
        path: ['email'],
        error: 'Give either email or username.',
      }),
  },
  responses: {
    200: jsonResponse(z.array(User), 'The account, or an empty list'),
    ...problemResponses('invalid', ...commonProblems),
  },
})

export const deactivate = createRoute({
  method: 'post',
  path: '/admin/users/{id}/deactivate',
  ...common,
  operationId: 'deactivate',
  summary: 'Ban a user: close the sockets, end the sessions, refuse logins',
  request: { params: byId },
  responses: { 204: { description: 'Done' }, ...problemResponses('invalid', ...commonProblems) },
})

export const activate = createRoute({
  method: 'post',
  path: '/admin/users/{id}/activate',
  ...common,
  operationId: 'activate',
  summary: 'Lift a ban',
  request: { params: byId },
  responses: { 204: { description: 'Done' }, ...problemResponses('invalid', ...commonProblems) },
})

export const sessionsOf = createRoute({
  method: 'get',
  path: '/admin/users/{id}/sessions',
  ...common,
  operationId: 'sessionsOf',
  summary: 'The sessions of an account',
  request: { params: byId },
  responses: {
    200: jsonResponse(z.array(Session), 'The sessions'),
    ...problemResponses('invalid', ...commonProblems),
  },
})

export const endSessionsOf = createRoute({
  method: 'delete',
  path: '/admin/users/{id}/sessions',
  ...common,
  operationId: 'endSessionsOf',
  summary: 'End all sessions of an account; its password still logs in',
  request: { params: byId },
  responses: { 204: { description: 'Done' }, ...problemResponses('invalid', ...commonProblems) },
})

export const removeAny = createRoute({
  method: 'delete',
  path: '/admin/messages/{id}',
  ...common,
  operationId: 'removeAny',
  summary: 'Delete any message, for good',
  request: { params: byId },
  responses: { 204: { description: 'Deleted' }, ...problemResponses('invalid', ...commonProblems) },
})

export const deadLetters = createRoute({
  method: 'get',
  path: '/admin/set-aside',
  ...common,
  operationId: 'setAside',
  summary: 'Rows that Postgres refused, at most 1,000',
  responses: {
    200: jsonResponse(z.array(DeadLetter), 'The rows'),
    ...problemResponses(...commonProblems),
  },
})

export const retryDeadLetters = createRoute({
  method: 'post',
  path: '/admin/set-aside/retry',
  ...common,
  operationId: 'retrySetAside',
  summary: 'Retry all refused rows now',
  responses: {
    204: { description: 'They are retried within seconds' },
    ...problemResponses(...commonProblems),
  },
})

export const roomReport = createRoute({
  method: 'get',
  path: '/admin/room',
  ...common,
  operationId: 'roomReport',
  summary: 'The state of the room',
  responses: { 200: jsonResponse(RoomReport, 'The state'), ...problemResponses(...commonProblems) },
})

export const recomputePresence = createRoute({
  method: 'post',
  path: '/admin/presence',
  ...common,
  operationId: 'recomputePresence',
  summary: 'Recompute who is online from the open sockets, and rewrite the mirror',
  responses: { 204: { description: 'Done' }, ...problemResponses(...commonProblems) },
})

export const drain = createRoute({
  method: 'post',
  path: '/admin/reconnect',
  ...common,
  operationId: 'sendAway',
  summary: 'Ask all clients to reconnect at random moments, as before a deploy',
  request: jsonBody(
    z.object({
      within_ms: z.int().min(0).max(reconnectMaxMs).default(10_000).meta({
        description:
          'Clients reconnect at a random moment within this time; then the remaining sockets close',
      }),
    }),
  ),
  responses: {
    204: { description: 'All clients were asked' },
    ...problemResponses('bad_json', 'too_large', 'invalid', ...commonProblems),
  },
})

export const seal = createRoute({
  method: 'post',
  path: '/admin/seal',
  ...common,
  operationId: 'seal',
  summary: 'Close the room for good, before another one takes over',
  description:
    'Refused while Postgres lacks a row of the room. A sealed room refuses everything and never writes ' +
    'again. Only a higher ROOM_GENERATION opens it.',
  responses: { 204: { description: 'The room is sealed' }, ...problemResponses(...commonProblems) },
})
