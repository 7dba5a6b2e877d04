// The route that lists the users in the room.

import { createRoute, z } from '@hono/zod-openapi'
import { Member } from '../entities.ts'
import {
  accessProblems,
  jsonResponse,
  optionalBearer,
  problemResponses,
} from './building-blocks.ts'

export const online = createRoute({
  method: 'get',
  path: '/users/online',
  tags: ['users'],
  operationId: 'online',
  summary: 'All users who are online',
  security: optionalBearer,
  responses: {
    200: jsonResponse(
      z.array(Member),
      'The users; in the order of their arrival while the room itself answers',
    ),
    ...problemResponses(...accessProblems, 'rate_limited', 'unavailable'),
  },
})
