// Routes of moderation. Members have them under their own roles; the operator has the same ones below
// /admin, above every role.

import { createRoute, z } from '@hono/zod-openapi'
import { Profile, Reason, Room } from '../moderation.ts'
import {
  bearer,
  jsonBody,
  jsonResponse,
  optionalBearer,
  problemResponses,
} from './building-blocks.ts'
import {
  bodyProblems,
  byId,
  type ModeratedBy,
  memberProblems,
  readerProblems,
  routesFor,
} from './moderation-access.ts'
import { peopleRoutes } from './moderation-people.ts'
import { recordRoutes } from './moderation-records.ts'
import { roomRoutes } from './moderation-room.ts'

/** The routes that change something, and those that only staff may read. */
export function moderationRoutes(by: ModeratedBy) {
  const parts = routesFor(by)
  return { ...roomRoutes(parts), ...peopleRoutes(parts), ...recordRoutes(parts) }
}

export const readRoom = createRoute({
  method: 'get',
  path: '/room',
  tags: ['moderation'],
  operationId: 'readRoom',
  summary: 'The state of the room: staff, limits, announcement and pins',
  security: optionalBearer,
  responses: {
    200: jsonResponse(Room, 'The state'),
    ...problemResponses(...readerProblems),
  },
})

export const profile = createRoute({
  method: 'get',
  path: '/users/{id}',
  tags: ['users'],
  operationId: 'profile',
  summary: 'A person as others see them',
  security: optionalBearer,
  request: { params: byId },
  responses: {
    200: jsonResponse(Profile, 'The person; for moderators with the restrictions'),
    ...problemResponses(...readerProblems),
  },
})

export const report = createRoute({
  method: 'post',
  path: '/messages/{id}/report',
  tags: ['messages'],
  operationId: 'report',
  summary: 'Report a message to the moderators',
  description:
    'At most 5 an hour. Only moderators learn who reported. Repeating it changes nothing.',
  security: bearer,
  request: { params: byId, ...jsonBody(z.object({ reason: Reason })) },
  responses: {
    204: { description: 'Reported' },
    ...problemResponses(...memberProblems, ...bodyProblems),
  },
})
