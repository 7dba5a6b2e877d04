// Routes of the WebSocket. Its frames are in contract/frames.ts, its close codes in
// contract/close-codes.ts.

import { createRoute, z } from '@hono/zod-openapi'
import { bearerPrefix, protocol } from '../version.ts'
import { accessProblems, bearer, jsonResponse, problemResponses } from './building-blocks.ts'

export const chat = createRoute({
  method: 'get',
  path: '/ws/chat',
  tags: ['chat'],
  operationId: 'chat',
  summary: 'The WebSocket of the room',
  description:
    'Described in [/asyncapi.json](/asyncapi.json). Browsers cannot read the response to a refused ' +
    'upgrade, so the first ten refusals of an address in a minute are sockets that close with a code. ' +
    'Further ones are the responses listed here. An empty parameter counts as absent.',
  security: [{}],
  request: {
    query: z.object({
      token: z
        .string()
        .optional()
        .meta({ description: 'The access token, unless it is sent as a subprotocol' }),
      ticket: z
        .string()
        .optional()
        .meta({ description: 'A ticket of `POST /ws/ticket`, instead of the token' }),
      epoch: z.string().optional().meta({ description: 'With `since`: the log to resume' }),
      since: z.string().optional().meta({ description: 'The last `seq` that the client received' }),
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
    ...problemResponses(
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
    'For clients that cannot set a subprotocol. URLs end up in logs, where a token would stay valid ' +
    'and a used ticket does not.',
  security: bearer,
  responses: {
    201: jsonResponse(Ticket, 'The ticket'),
    ...problemResponses(...accessProblems, 'rate_limited', 'unavailable'),
  },
})
