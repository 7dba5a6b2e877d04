// The way into the room. Frames are in contract/frames.ts, close codes in contract/close-codes.ts.

import { createRoute, z } from '@hono/zod-openapi'
import { bearerPrefix, protocol } from '../version.ts'
import { bearer, json, refusals } from './parts.ts'

export const chat = createRoute({
  method: 'get',
  path: '/ws/chat',
  tags: ['chat'],
  operationId: 'chat',
  summary: 'The WebSocket of the room',
  description:
    'Described in [/asyncapi.json](/asyncapi.json). Browsers cannot read a refused upgrade: so the ' +
    'first ten refusals of an address in a minute are accepted, then closed with a code. All further ' +
    'ones are answered as they are here. A parameter that is given empty counts as not given.',
  security: [{}],
  request: {
    query: z.object({
      token: z
        .string()
        .optional()
        .meta({ description: 'The access token, where it is not sent as a subprotocol' }),
      ticket: z
        .string()
        .optional()
        .meta({ description: 'From `POST /ws/ticket`, where neither is wanted' }),
      epoch: z.string().optional().meta({ description: 'With `since`: resume this log' }),
      since: z.string().optional().meta({ description: 'The last `seq` that was received' }),
    }),
    headers: z.object({
      'sec-websocket-protocol': z
        .string()
        .optional()
        .meta({ description: `\`${protocol}, ${bearerPrefix}<access token>\`` }),
    }),
  },
  responses: {
    101: { description: 'The socket is open' },
    ...refusals(
      'unauthenticated',
      'origin_not_allowed',
      'upgrade_required',
      'rate_limited',
      'room_busy',
      'unavailable',
    ),
  },
})

export const Ticket = z
  .object({
    ticket: z.string().meta({ description: 'Opaque; opens one socket' }),
    expires_in: z.int().positive().meta({ description: 'Seconds' }),
  })
  .openapi('Ticket')

export const ticket = createRoute({
  method: 'post',
  path: '/ws/ticket',
  tags: ['chat'],
  operationId: 'ticket',
  summary: 'A ticket for one socket',
  description:
    'For clients that cannot set a subprotocol: addresses end up in logs, and a used ticket there ' +
    'opens nothing.',
  security: bearer,
  responses: {
    201: json(Ticket, 'The ticket'),
    ...refusals(
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
      'rate_limited',
      'unavailable',
    ),
  },
})
