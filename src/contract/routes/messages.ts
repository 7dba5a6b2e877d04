// The history, and saying, changing and taking back.

import { createRoute, z } from '@hono/zod-openapi'
import { Message, Position } from '../entities.ts'
import { ClientId, Content, Id, limits } from '../values.ts'
import { bearer, json, readable, refusals, takes, unlessEmpty } from './parts.ts'

export const Page = z
  .object({
    messages: z.array(Message).meta({ description: 'Newest first; deleted ones are left out' }),
    next_cursor: z.string().nullable().meta({
      description: 'Pass as `cursor` for the next older page; null when nothing is older',
    }),
    session: Position.meta({ description: 'The position for which this page is true' }),
  })
  .openapi('Page')
export type Page = z.infer<typeof Page>

const whole = 'Must be a whole number.'

/** Messages a page, as the digits of an address. */
export const Limit = z
  .string(whole)
  .regex(/^\d{1,9}$/, whole)
  .transform(Number)
  .refine((limit) => limit >= 1, 'Must be at least 1.')
  .refine((limit) => limit <= limits.page.max, `Must be at most ${limits.page.max}.`)
  .default(limits.page.default)
  .openapi({ type: 'integer', minimum: 1, maximum: limits.page.max, default: limits.page.default })

/** A `next_cursor`, the id of a message, or an ISO time: what is older than that. */
export const Cursor = z
  .union([Id, z.iso.datetime({ offset: true })], {
    error: 'Must be a next_cursor, the id of a message, or an ISO 8601 time with an offset.',
  })
  .meta({ description: 'A `next_cursor`, the id of a message, or an ISO 8601 time: what is older' })

const messagePath = z.object({ id: Id })

export const history = createRoute({
  method: 'get',
  path: '/messages',
  tags: ['messages'],
  operationId: 'history',
  summary: 'A page of the history, newest first',
  description: 'A parameter that is given empty counts as not given.',
  security: readable,
  request: {
    query: z.object({
      limit: unlessEmpty(Limit),
      cursor: unlessEmpty(Cursor.optional()),
    }),
  },
  responses: {
    200: json(Page, 'The page'),
    ...refusals(
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
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
  summary: 'Say something to the room',
  security: bearer,
  request: {
    headers: z.object({
      'idempotency-key': ClientId.optional().meta({
        description: 'Instead of `client_id`, which wins where both are given',
        example: undefined,
      }),
    }),
    // Whoever tries the call out must not reuse the client_id of the docs.
    ...takes(z.object({ content: Content, client_id: ClientId.optional() }), {
      content: 'Hello, room',
    }),
  },
  responses: {
    201: json(Message, 'The message'),
    200: json(Message, 'The message that an earlier try with this client_id made, as it is now'),
    ...refusals(
      'bad_json',
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
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
  summary: 'Change the text of your own message',
  security: bearer,
  request: { params: messagePath, ...takes(z.object({ content: Content })) },
  responses: {
    200: json(Message, 'The message as it is now'),
    ...refusals(
      'bad_json',
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
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
  summary: 'Delete your own message, for good',
  security: bearer,
  request: { params: messagePath },
  responses: {
    204: { description: 'Deleted. Deleting it again answers the same.' },
    ...refusals(
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
      'not_the_author',
      'not_found',
      'invalid',
      'rate_limited',
      'room_busy',
      'unavailable',
    ),
  },
})
