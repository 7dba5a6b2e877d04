// Routes of the state of the room: limits, announcement, pins and the word list.

import { createRoute, z } from '@hono/zod-openapi'
import { Room, RoomChange, WordList } from '../moderation.ts'
import { jsonBody, jsonResponse, problemResponses } from './building-blocks.ts'
import {
  bodyProblems,
  byMessage,
  done,
  memberProblems,
  type RoutesFor,
} from './moderation-access.ts'

export function roomRoutes({ at, common, nameOf }: RoutesFor) {
  return {
    changeRoom: createRoute({
      method: 'patch',
      path: at('/room'),
      ...common,
      operationId: nameOf('changeRoom'),
      summary: 'Change slow mode, who may post, links or the announcement. For moderators',
      description: 'All values are absolute; absent ones stay as they are.',
      request: jsonBody(RoomChange),
      responses: {
        200: jsonResponse(Room, 'The state of the room'),
        ...problemResponses(...memberProblems, ...bodyProblems),
      },
    }),
    pin: createRoute({
      method: 'put',
      path: at('/room/pins/{message_id}'),
      ...common,
      operationId: nameOf('pin'),
      summary: 'Pin a message. For moderators',
      request: { params: byMessage },
      responses: {
        200: jsonResponse(Room, 'The state of the room'),
        ...problemResponses(...memberProblems),
      },
    }),
    unpin: createRoute({
      method: 'delete',
      path: at('/room/pins/{message_id}'),
      ...common,
      operationId: nameOf('unpin'),
      summary: 'Unpin a message. For moderators',
      request: { params: byMessage },
      responses: { ...done, ...problemResponses(...memberProblems) },
    }),
    readWords: createRoute({
      method: 'get',
      path: at('/room/words'),
      ...common,
      operationId: nameOf('readWords'),
      summary: 'The word list. For moderators',
      responses: {
        200: {
          ...jsonResponse(WordList, 'The list'),
          headers: z.object({ ETag: z.string().meta({ description: 'For If-Match' }) }),
        },
        ...problemResponses(...memberProblems),
      },
    }),
    writeWords: createRoute({
      method: 'put',
      path: at('/room/words'),
      ...common,
      operationId: nameOf('writeWords'),
      summary: 'Replace the word list. For moderators',
      description:
        'A message with one of these terms is refused with `content_refused`, which does not name the term.',
      request: {
        headers: z.object({
          'if-match': z
            .string()
            .optional()
            .meta({ description: 'The ETag of the list that this one replaces' }),
        }),
        ...jsonBody(WordList),
      },
      responses: {
        200: {
          ...jsonResponse(WordList, 'The list as it is kept'),
          headers: z.object({ ETag: z.string() }),
        },
        ...problemResponses(...memberProblems, ...bodyProblems, 'outdated'),
      },
    }),
  }
}
