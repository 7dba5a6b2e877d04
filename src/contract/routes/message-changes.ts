// Routes that send, edit and delete messages.

import { createRoute, z } from '@hono/zod-openapi'
import { Message } from '../entities.ts'
import { newReferences } from '../references.ts'
import { ClientId, Content } from '../values.ts'
import {
  accessProblems,
  bearer,
  jsonBody,
  jsonResponse,
  messagePath,
  problemResponses,
} from './building-blocks.ts'

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
    ...jsonBody(z.object({ content: Content, client_id: ClientId.optional(), ...newReferences }), {
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
      ...accessProblems,
      'muted',
      'posting_closed',
      'content_refused',
      'forbidden',
      'slow_mode',
      'not_found',
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
      ...accessProblems,
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
      ...accessProblems,
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
