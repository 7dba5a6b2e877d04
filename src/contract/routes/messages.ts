// Routes that read messages: pages of the history, and single ones.

import { createRoute, z } from '@hono/zod-openapi'
import { Message, Position } from '../entities.ts'
import { OwnReactions } from '../reactions.ts'
import { Id, limits } from '../values.ts'
import {
  accessProblems,
  emptyAsAbsent,
  jsonResponse,
  messagePath,
  optionalBearer,
  problemResponses,
} from './building-blocks.ts'

export const Page = z
  .object({
    messages: z.array(Message).meta({ description: 'Newest first; deleted ones are left out' }),
    next_cursor: z.string().nullable().meta({
      description: 'Pass as `cursor` for the next older page; null when nothing is older',
    }),
    previous_cursor: z.string().nullable().meta({
      description:
        'Pass as `after` for the next newer page, which may be empty; null when nothing was newer',
    }),
    own_reactions: OwnReactions.optional().meta({
      description:
        'For members: what the caller has chosen for these messages, by message id. Messages without any ' +
        'are absent',
    }),
    position: Position.meta({ description: 'The position of the log at which the page was read' }),
    session: Position.meta({
      description: 'The same as `position`, by its former name. It will be removed',
      deprecated: true,
    }),
  })
  .openapi('Page')
export type Page = z.infer<typeof Page>

const whole = 'Must be a whole number.'

/** Messages per page, as the digits of a query parameter. */
export const Limit = z
  .string(whole)
  .regex(/^\d{1,9}$/, whole)
  .transform(Number)
  .refine((limit) => limit >= 1, 'Must be at least 1.')
  .refine((limit) => limit <= limits.page.max, `Must be at most ${limits.page.max}.`)
  .default(limits.page.default)
  .openapi({ type: 'integer', minimum: 1, maximum: limits.page.max, default: limits.page.default })

/** A `next_cursor`, a message id or an ISO time: the page holds what is older. */
export const Cursor = z
  .union([Id, z.iso.datetime({ offset: true })], {
    error: 'Must be a next_cursor, the id of a message, or an ISO 8601 time with an offset.',
  })
  .meta({
    description:
      'A `next_cursor`, the id of a message, or an ISO 8601 time. The page holds what is older.',
  })

/** At most one of the three. */
export const PageOf = z
  .object({
    limit: emptyAsAbsent(Limit),
    cursor: emptyAsAbsent(Cursor.optional()),
    after: emptyAsAbsent(
      Id.optional().meta({
        description: 'A `previous_cursor`, or the id of a message: the page holds what came next',
      }),
    ),
    around: emptyAsAbsent(
      Id.optional().meta({
        description:
          'The id of a message, also of one that is deleted: it is in the middle of the page, with what ' +
          'came before and after it. An unknown id gives the messages around its place',
      }),
    ),
  })
  .superRefine(({ cursor, after, around }, refused) => {
    const given = Object.entries({ cursor, after, around }).filter(([, id]) => id !== undefined)
    for (const [name] of given.slice(1))
      refused.addIssue({
        code: 'custom',
        path: [name],
        message: 'Give only one of `cursor`, `after` and `around`.',
      })
  })

export const history = createRoute({
  method: 'get',
  path: '/messages',
  tags: ['messages'],
  operationId: 'history',
  summary: 'A page of the history, newest first',
  description: 'An empty parameter counts as absent.',
  security: optionalBearer,
  request: {
    query: PageOf,
  },
  responses: {
    200: jsonResponse(Page, 'The page'),
    ...problemResponses(...accessProblems, 'invalid', 'rate_limited', 'unavailable'),
  },
})

export const lookUp = createRoute({
  method: 'get',
  path: '/messages/{id}',
  tags: ['messages'],
  operationId: 'lookUp',
  summary: 'One message',
  security: optionalBearer,
  request: { params: messagePath },
  responses: {
    200: jsonResponse(Message, 'The message in its current state'),
    ...problemResponses(...accessProblems, 'not_found', 'invalid', 'rate_limited', 'unavailable'),
  },
})
