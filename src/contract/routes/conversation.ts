// Routes that find messages: search, those that mention the caller, and what the caller has not read.

import { createRoute, z } from '@hono/zod-openapi'
import { Message, ReadMarker, ReadState } from '../entities.ts'
import { Id, limits, Trimmed } from '../values.ts'
import {
  accessProblems,
  bearer,
  emptyAsAbsent,
  jsonBody,
  jsonResponse,
  problemResponses,
} from './building-blocks.ts'
import { Cursor, Limit } from './messages.ts'

const { search: bounds } = limits

const next_cursor = z.string().nullable().meta({
  description: 'Pass as `cursor` for the next older page; null when nothing is older',
})

const Range = z.object({ start: z.int().nonnegative(), end: z.int().positive() })

export const Hit = z
  .object({
    message: Message,
    excerpt: z.string().meta({
      description: `At most ${bounds.excerptMax} code points of the text, around the first match`,
    }),
    matches: z.array(Range).meta({
      description:
        'Where the term is in `excerpt`, in code points; `end` is the first one behind it',
    }),
  })
  .openapi('Hit')
export type Hit = z.infer<typeof Hit>

export const HitPage = z
  .object({ hits: z.array(Hit).meta({ description: 'Newest first' }), next_cursor })
  .openapi('HitPage')
export type HitPage = z.infer<typeof HitPage>

export const MentionPage = z
  .object({ messages: z.array(Message).meta({ description: 'Newest first' }), next_cursor })
  .openapi('MentionPage')
export type MentionPage = z.infer<typeof MentionPage>

const Term = Trimmed.superRefine((term, refused) => {
  const say = (message: string) => refused.addIssue({ code: 'custom', message })
  const { length } = [...term]
  if (length < bounds.min) return say(`Must have at least ${bounds.min} characters.`)
  if (length > bounds.max) return say(`Must have at most ${bounds.max} characters.`)
}).meta({
  description:
    `${bounds.min} to ${bounds.max} characters, found anywhere in a text, in any case. Spaces count, ` +
    'and no character has a meaning of its own',
  minLength: bounds.min,
  maxLength: bounds.max,
  example: 'hello',
})

export const search = createRoute({
  method: 'get',
  path: '/messages/search',
  tags: ['messages'],
  operationId: 'search',
  summary: 'Search the texts of messages',
  description:
    `For members, ${bounds.perMinute} times a minute; each page counts. What was sent, edited or deleted is ` +
    'found or no longer found at once. A page may be short, or empty with a `next_cursor`. A term that ' +
    'takes too long is refused with `unavailable` and a sentence that says so. An empty parameter counts ' +
    'as absent.',
  security: bearer,
  request: {
    query: z.object({
      q: Term,
      from: emptyAsAbsent(Id.optional().meta({ description: 'Only messages of this user' })),
      before: emptyAsAbsent(Cursor.optional().meta({ description: 'Only what is older' })),
      after: emptyAsAbsent(
        Cursor.optional().meta({
          description:
            'The id of a message: only what is newer. Or an ISO 8601 time: only what is not older',
        }),
      ),
      cursor: emptyAsAbsent(Cursor.optional()),
      limit: emptyAsAbsent(Limit),
    }),
  },
  responses: {
    200: jsonResponse(HitPage, 'The messages that contain the term'),
    ...problemResponses(...accessProblems, 'invalid', 'rate_limited', 'unavailable'),
  },
})

export const mentions = createRoute({
  method: 'get',
  path: '/auth/me/mentions',
  tags: ['messages'],
  operationId: 'mentions',
  summary: 'Messages of others that mention the caller or the room',
  description:
    'A page may be short, or empty with a `next_cursor`. An empty parameter counts as absent.',
  security: bearer,
  request: {
    query: z.object({
      limit: emptyAsAbsent(Limit),
      cursor: emptyAsAbsent(Cursor.optional()),
    }),
  },
  responses: {
    200: jsonResponse(MentionPage, 'The messages'),
    ...problemResponses(...accessProblems, 'invalid', 'rate_limited', 'unavailable'),
  },
})

export const readState = createRoute({
  method: 'get',
  path: '/auth/me/read',
  tags: ['messages'],
  operationId: 'readState',
  summary: 'How far the caller has read, and what is unread',
  description:
    'Only undeleted messages of others count. Load it after each `synced`: from then on `read_marked` ' +
    'and the messages say what changes. Nobody else can read it.',
  security: bearer,
  responses: {
    200: jsonResponse(ReadState, 'The marker and the numbers'),
    ...problemResponses(...accessProblems, 'rate_limited', 'unavailable'),
  },
})

export const markRead = createRoute({
  method: 'put',
  path: '/auth/me/read',
  tags: ['messages'],
  operationId: 'markRead',
  summary: 'Mark messages as read, up to this one',
  description:
    'The marker never goes back: an older message than the one marked before changes nothing. It is at ' +
    'most the newest message. It is written once a minute, and a restart of the room may lose that minute.',
  security: bearer,
  request: jsonBody(z.object({ message_id: Id })),
  responses: {
    200: jsonResponse(ReadMarker, 'The marker as it is now'),
    ...problemResponses(
      'bad_json',
      ...accessProblems,
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})
