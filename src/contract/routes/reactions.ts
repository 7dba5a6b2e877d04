// Routes of reactions: choosing one's own, reading them, and who chose which.

import { createRoute, z } from '@hono/zod-openapi'
import {
  Emoji,
  OwnReactions,
  PersonReactions,
  ReactionSet,
  Reactions,
  reactionLimits,
} from '../reactions.ts'
import { Id } from '../values.ts'
import {
  accessProblems,
  bearer,
  emptyAsAbsent,
  jsonBody,
  jsonResponse,
  messagePath,
  optionalBearer,
  problemResponses,
} from './building-blocks.ts'

export const react = createRoute({
  method: 'put',
  path: '/messages/{id}/reactions',
  tags: ['messages'],
  operationId: 'react',
  summary: 'Choose your reactions to a message',
  description:
    'Replaces those of before, so a repetition changes nothing. Reactions of many people are applied ' +
    `together, so the answer may take ${reactionLimits.collectMs} ms.`,
  security: bearer,
  request: { params: messagePath, ...jsonBody(z.object({ reactions: Reactions })) },
  responses: {
    200: jsonResponse(ReactionSet, 'The reactions as they are now'),
    ...problemResponses(
      'bad_json',
      ...accessProblems,
      'muted',
      'not_found',
      'too_large',
      'invalid',
      'rate_limited',
      'room_busy',
      'unavailable',
    ),
  },
})

export const PersonReactionsPage = z
  .object({
    people: z.array(PersonReactions).meta({ description: 'In the order of their ids' }),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Pass as `cursor` for the next page; null when there is none' }),
  })
  .openapi('PersonReactionsPage')
export type PersonReactionsPage = z.infer<typeof PersonReactionsPage>

export const whoReacted = createRoute({
  method: 'get',
  path: '/messages/{id}/reactions',
  tags: ['messages'],
  operationId: 'whoReacted',
  summary: 'The people who reacted to a message',
  description: `At most ${reactionLimits.page} people. An empty parameter counts as absent.`,
  security: optionalBearer,
  request: {
    params: messagePath,
    query: z.object({
      emoji: emptyAsAbsent(
        Emoji.optional().meta({ description: 'Only people who chose this one' }),
      ),
      cursor: emptyAsAbsent(Id.optional().meta({ description: 'A `next_cursor`' })),
    }),
  },
  responses: {
    200: jsonResponse(PersonReactionsPage, 'The people'),
    ...problemResponses(...accessProblems, 'not_found', 'invalid', 'rate_limited', 'unavailable'),
  },
})

export const OwnReactionsPage = z
  .object({
    reactions: OwnReactions,
    next_from: Id.nullable().meta({
      description: 'Pass as `from` for the next part of the range; null when there is none',
    }),
  })
  .openapi('OwnReactionsPage')
export type OwnReactionsPage = z.infer<typeof OwnReactionsPage>

export const ownReactions = createRoute({
  method: 'get',
  path: '/auth/me/reactions',
  tags: ['messages'],
  operationId: 'ownReactions',
  summary: 'Your own reactions to the messages of a range',
  description:
    `Of at most ${reactionLimits.ownMax} messages. For a client that has resumed: a replay has the counts ` +
    'of messages, and nothing of a single person.',
  security: bearer,
  request: {
    query: z.object({
      from: Id.meta({ description: 'The id of the oldest message' }),
      to: Id.meta({ description: 'The id of the newest message' }),
    }),
  },
  responses: {
    200: jsonResponse(
      OwnReactionsPage,
      'The reactions by message id; messages without any are absent',
    ),
    ...problemResponses(...accessProblems, 'invalid', 'rate_limited', 'unavailable'),
  },
})
