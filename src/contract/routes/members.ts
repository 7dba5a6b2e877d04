// Who is in the room.

import { createRoute, z } from '@hono/zod-openapi'
import { Member } from '../entities.ts'
import { json, readable, refusals } from './parts.ts'

export const online = createRoute({
  method: 'get',
  path: '/users/online',
  tags: ['users'],
  operationId: 'online',
  summary: 'Everyone who is in the room',
  security: readable,
  responses: {
    200: json(
      z.array(Member),
      'Everyone; in the order of their coming while the room itself answers',
    ),
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
