// Routes of messages: history, send, edit, delete.

import { createRoute, z } from '@hono/zod-openapi'
import { Message, Position } from '../entities.ts'
import { ClientId, Content, Id, limits } from '../values.ts'
import {
  bearer,
  emptyAsAbsent,
  jsonBody,
  jsonResponse,
  optionalBearer,
  problemResponses,
} from './building-blocks.ts'

export const Page = z
  .object({
    messages: z.array(Message).meta({ description: 'Newest first; deleted ones are left out' }),
    next_cursor: z.string().nullable().meta({
      description: 'Pass as `cursor` for the next older page; null when nothing is older',
    }),
    session: Position.meta({ description: 'The position of the log at which the page was read' }),
  })
  .openapi('Page')
export type Page = z.infer<typeof Page>

const whole = 'Must be a whole number.'

/** Messages per page, as the digits of a query parameter. */
export const Limit = z
  .string(whole)
  .regex(/^\d{1,9}$/, whole)
  .transform(Number)
  .refine((limit) => limit >= 1, 'Must be at least 1.')
  .refine((limit) => limit <= limits.page.max, `Must be at most ${limits.page.max}.`)
  .default(limits.page.default)
  .openapi({ type: 'integer', minimum: 1, maximum: limits.page.max, default: limits.page.default })

/** A `next_cursor`, a message id or an ISO time: the page holds what is older. */
export const Cursor = z
  .union([Id, z.iso.datetime({ offset: true })], {
    error: 'Must be a next_cursor, the id of a message, or an ISO 8601 time with an offset.',
  })
  .meta({
    description:
      'A `next_cursor`, the id of a message, or an ISO 8601 time. The page holds what is older.',
  })

const messagePath = z.object({ id: Id })

export const history = createRoute({
  method: 'get',
  path: '/messages',
  tags: ['messages'],
  operationId: 'history',
  summary: 'A page of the history, newest first',
  description: 'An empty parameter counts as absent.',
  security: optionalBearer,
  request: {
    query: z.object({
      limit: emptyAsAbsent(Limit),
      cursor: emptyAsAbsent(Cursor.optional()),
    }),
  },
  responses: {
    200: jsonResponse(Page, 'The page'),
    ...problemResponses(
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
      'banned',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

export const send = createRoute({
  method: 'post',
  path: '/messages',
  tags: ['messages'],
  operationId: 'send',
  summary: 'Send a message',
  security: bearer,
  request: {
    headers: z.object({
      'idempotency-key': ClientId.optional().meta({
        description: 'Instead of `client_id`, which takes precedence over it',
        example: undefined,
      }),
    }),
    // A fixed client_id in the example would make repeated trials in the docs conflict.
    ...jsonBody(z.object({ content: Content, client_id: ClientId.optional() }), {
      content: 'Hello, room',
    }),
  },
  responses: {
    201: jsonResponse(Message, 'The message'),
    200: jsonResponse(
      Message,
      'The message of an earlier request with this client_id, in its current state',
    ),
    ...problemResponses(
      'bad_json',
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
      'banned',
      'muted',
      'posting_closed',
      'content_refused',
      'slow_mode',
      'client_id_reused',
      'too_large',
      'invalid',
      'rate_limited',
      'room_busy',
      'unavailable',
    ),
  },
})

export const edit = createRoute({
  method: 'patch',
  path: '/messages/{id}',
  tags: ['messages'],
  operationId: 'edit',
  summary: 'Edit your own message',
  security: bearer,
  request: { params: messagePath, ...jsonBody(z.object({ content: Content })) },
  responses: {
    200: jsonResponse(Message, 'The message in its current state'),
    ...problemResponses(
      'bad_json',
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
      'banned',
      'muted',
      'posting_closed',
      'content_refused',
      'not_the_author',
      'not_found',
      'too_large',
      'invalid',
      'rate_limited',
      'room_busy',
      'unavailable',
    ),
  },
})

export const remove = createRoute({
  method: 'delete',
  path: '/messages/{id}',
  tags: ['messages'],
  operationId: 'remove',
  summary: 'Delete your own message, or one of a person of a lower rank, for good',
  security: bearer,
  request: { params: messagePath },
  responses: {
    204: { description: 'Deleted. Deleting it again answers the same.' },
    ...problemResponses(
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
      'banned',
      'forbidden',
      'not_the_author',
      'not_found',
      'invalid',
      'rate_limited',
      'room_busy',
      'unavailable',
    ),
  },
})
