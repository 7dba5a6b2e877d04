// Routes of what is done to people: roles, mutes, bans and purges.

import { createRoute, z } from '@hono/zod-openapi'
import {
  Reason,
  RestrictedPerson,
  RestrictionRequest,
  Restrictions,
  Role,
  Room,
} from '../moderation.ts'
import { jsonBody, jsonResponse, problemResponses } from './building-blocks.ts'
import {
  bodyProblems,
  byId,
  cursor,
  done,
  memberProblems,
  nextCursor,
  type RoutesFor,
} from './moderation-access.ts'

export const RestrictedPage = z
  .object({ users: z.array(RestrictedPerson), next_cursor: nextCursor })
  .openapi('RestrictedPage')
export type RestrictedPage = z.infer<typeof RestrictedPage>

export const Purged = z
  .object({
    messages: z.int().nonnegative().meta({
      description: 'How many messages the room itself deleted; older ones follow in the archive',
    }),
  })
  .openapi('Purged')

export const PurgeRequest = z.object({
  since: z.iso
    .datetime({ offset: true, error: 'Must be an ISO 8601 time with an offset.' })
    .meta({ description: 'The messages from this time on', example: '2026-11-23T12:00:00.000Z' }),
  reason: Reason,
})

export function peopleRoutes({ at, common, nameOf, restricted }: RoutesFor) {
  return {
    setRole: createRoute({
      method: 'put',
      path: at('/users/{id}/role'),
      ...common,
      operationId: nameOf('setRole'),
      summary: 'Appoint or dismiss a moderator. For owners; the operator appoints owners',
      request: { params: byId, ...jsonBody(z.object({ role: Role })) },
      responses: {
        200: jsonResponse(Room, 'The state of the room'),
        ...problemResponses(...memberProblems, ...bodyProblems),
      },
    }),
    mute: createRoute({
      method: 'put',
      path: at('/users/{id}/mute'),
      ...common,
      operationId: nameOf('mute'),
      summary: 'Mute a person of a lower rank',
      request: { params: byId, ...jsonBody(RestrictionRequest) },
      responses: {
        200: jsonResponse(Restrictions, 'The restrictions of the person'),
        ...problemResponses(...memberProblems, ...bodyProblems),
      },
    }),
    unmute: createRoute({
      method: 'delete',
      path: at('/users/{id}/mute'),
      ...common,
      operationId: nameOf('unmute'),
      summary: 'End the mute of a person',
      request: { params: byId },
      responses: { ...done, ...problemResponses(...memberProblems) },
    }),
    ban: createRoute({
      method: 'put',
      path: at('/users/{id}/ban'),
      ...common,
      operationId: nameOf('ban'),
      summary: 'Ban a person of a lower rank: closes all their connections',
      request: { params: byId, ...jsonBody(RestrictionRequest) },
      responses: {
        200: jsonResponse(Restrictions, 'The restrictions of the person'),
        ...problemResponses(...memberProblems, ...bodyProblems),
      },
    }),
    unban: createRoute({
      method: 'delete',
      path: at('/users/{id}/ban'),
      ...common,
      operationId: nameOf('unban'),
      summary: 'End the ban of a person',
      request: { params: byId },
      responses: { ...done, ...problemResponses(...memberProblems) },
    }),
    purge: createRoute({
      method: 'post',
      path: at('/users/{id}/purge'),
      ...common,
      operationId: nameOf('purge'),
      summary: 'Delete all messages that a person of a lower rank has sent since a time, for good',
      request: { params: byId, ...jsonBody(PurgeRequest) },
      responses: {
        200: jsonResponse(Purged, 'Nobody sees the messages any more'),
        ...problemResponses(...memberProblems, ...bodyProblems),
      },
    }),
    listRestricted: createRoute({
      method: 'get',
      path: at(restricted),
      ...common,
      operationId: nameOf('listRestricted'),
      summary: 'The people who are muted or banned. For moderators',
      request: {
        query: z.object({
          restricted: z
            .literal('true', 'Must be "true": only this list can be read.')
            .default('true'),
          cursor,
        }),
      },
      responses: {
        200: jsonResponse(RestrictedPage, 'A page, in the order of their ids'),
        ...problemResponses(...memberProblems),
      },
    }),
  }
}
