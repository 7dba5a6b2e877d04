// Routes of the operator for backups of Postgres, and for its repair after a loss.

import { createRoute } from '@hono/zod-openapi'
import { Rearchive } from '../rearchive.ts'
import { RoomReport } from '../room-report.ts'
import { jsonResponse, problemResponses } from './building-blocks.ts'
import { common, commonProblems } from './operator-access.ts'

export const flush = createRoute({
  method: 'post',
  path: '/admin/flush',
  ...common,
  operationId: 'flush',
  summary: 'Write everything that the room has to Postgres now, as before a backup',
  responses: {
    200: jsonResponse(RoomReport, 'Postgres has every event up to the time of the call'),
    ...problemResponses(...commonProblems),
  },
})

export const rearchive = createRoute({
  method: 'post',
  path: '/admin/rearchive',
  ...common,
  operationId: 'rearchive',
  summary: 'Repair a Postgres that was set back or lost',
  description:
    'The room writes all messages that it still has again, with placeholders for authors that ' +
    'Postgres does not know, and applies bans, ended sessions and erasures again. It goes on in the ' +
    'background: `GET /admin/room` shows how far it has come. It may be repeated.',
  responses: {
    200: jsonResponse(Rearchive, 'It has begun, or goes on'),
    ...problemResponses(...commonProblems),
  },
})
