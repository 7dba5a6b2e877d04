// Every REST call as data: path, what it takes, what it answers. The app and the docs are made from it.

import { createRoute, z } from '@hono/zod-openapi'
import { Member, Message, Position, User } from './entities.ts'
import { Problem, type ProblemCode, problems } from './problems.ts'
import { ClientId, Content, Email, Id, limits, Password, Username } from './values.ts'
import { bearerPrefix, protocol } from './version.ts'

const json = <S extends z.ZodType>(schema: S, description: string) => ({
  content: { 'application/json': { schema } },
  description,
})

const takes = <S extends z.ZodType>(schema: S, example?: z.input<S>) => ({
  body: {
    content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
    required: true as const,
  },
})

type Status = (typeof problems)[ProblemCode]['status']

const retryAfter = {
  'Retry-After': {
    description: 'Seconds to wait before trying again',
    schema: { type: 'integer' as const, minimum: 1 },
  },
}

const headersOf: { [S in Status]?: Record<string, { description: string; schema: object }> } = {
  401: {
    'WWW-Authenticate': { description: 'Always `Bearer`', schema: { type: 'string' as const } },
  },
  429: retryAfter,
  503: retryAfter,
}

function refusals<C extends ProblemCode>(...codes: C[]) {
  const byStatus: Partial<Record<Status, ProblemCode[]>> = {}
  for (const code of codes) {
    const status = problems[code].status
    byStatus[status] = [...(byStatus[status] ?? []), code]
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, group]) => [
      status,
      {
        content: { 'application/problem+json': { schema: Problem } },
        description: group.map((code) => `\`${code}\`: ${problems[code].detail}`).join('\n\n'),
        ...(headersOf[Number(status) as Status] && {
          headers: headersOf[Number(status) as Status],
        }),
      },
    ]),
  ) as Record<
    (typeof problems)[C]['status'],
    { content: { 'application/problem+json': { schema: typeof Problem } }; description: string }
  >
}

/** Name of the security scheme: the access token as a Bearer token. */
export const bearerScheme = 'bearer'
const bearer = [{ [bearerScheme]: [] }]
const readable = [{}, ...bearer]

export const Token = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().positive().meta({ description: 'Seconds' }),
  })
  .openapi('Token')

export const Page = z
  .object({
    messages: z.array(Message).meta({ description: 'Newest first; deleted ones are left out' }),
    next_cursor: z.string().nullable().meta({
      description: 'Pass as `cursor` for the next older page; null when nothing is older',
    }),
    session: Position.meta({ description: 'The position for which this page is true' }),
  })
  .openapi('Page')
export type Page = z.infer<typeof Page>

const whole = 'Must be a whole number.'

/** Messages a page, as the digits of an address. */
export const Limit = z
  .string(whole)
  .regex(/^\d{1,9}$/, whole)
  .transform(Number)
  .refine((limit) => limit >= 1, 'Must be at least 1.')
  .refine((limit) => limit <= limits.page.max, `Must be at most ${limits.page.max}.`)
  .default(limits.page.default)
  .openapi({ type: 'integer', minimum: 1, maximum: limits.page.max, default: limits.page.default })

/** A `next_cursor`, the id of a message, or an ISO time: what is older than that. */
export const Cursor = z
  .union([Id, z.iso.datetime({ offset: true })], {
    error: 'Must be a next_cursor, the id of a message, or an ISO 8601 time with an offset.',
  })
  .meta({ description: 'A `next_cursor`, the id of a message, or an ISO 8601 time: what is older' })

export const Health = z
  .object({ status: z.literal('healthy'), app: z.string(), version: z.string() })
  .openapi('Health')

const part = z.object({
  state: z.enum(['up', 'down']),
  code: z.string().optional().meta({ description: 'Of the last error' }),
})

export const Readiness = z
  .object({
    status: z.enum(['ready', 'degraded', 'unavailable']),
    room: part,
    postgres: part,
    redis: part,
    dirty: z
      .int()
      .nonnegative()
      .nullable()
      .meta({ description: 'Rows that Postgres does not have yet; null while the room is away' }),
    oldest_dirty_ms: z
      .int()
      .nonnegative()
      .nullable()
      .meta({ description: 'Age of the oldest of them, in milliseconds' }),
    set_aside: z
      .int()
      .nonnegative()
      .nullable()
      .meta({ description: 'Rows that Postgres refused; null while the room is away' }),
  })
  .openapi('Readiness')
export type Readiness = z.infer<typeof Readiness>

const messagePath = z.object({ id: Id })

export const register = createRoute({
  method: 'post',
  path: '/auth/register',
  tags: ['auth'],
  operationId: 'register',
  summary: 'Open an account',
  security: [],
  request: takes(z.object({ username: Username, email: Email, password: Password })),
  responses: {
    201: json(User, 'The new user'),
    ...refusals(
      'bad_json',
      'username_taken',
      'email_taken',
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

export const login = createRoute({
  method: 'post',
  path: '/auth/login',
  tags: ['auth'],
  operationId: 'login',
  summary: 'Exchange email and password for an access token',
  security: [],
  request: takes(z.object({ email: Email, password: Password })),
  responses: {
    200: json(Token, 'The token'),
    ...refusals(
      'bad_json',
      'bad_credentials',
      'account_inactive',
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

export const me = createRoute({
  method: 'get',
  path: '/auth/me',
  tags: ['auth'],
  operationId: 'me',
  summary: 'Who the token speaks for',
  security: bearer,
  responses: {
    200: json(User, 'The user'),
    ...refusals(
      'unauthenticated',
      'token_expired',
      'account_inactive',
      'rate_limited',
      'unavailable',
    ),
  },
})

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
    ...refusals('unauthenticated', 'token_expired', 'rate_limited', 'unavailable'),
  },
})

export const history = createRoute({
  method: 'get',
  path: '/messages',
  tags: ['messages'],
  operationId: 'history',
  summary: 'A page of the history, newest first',
  security: readable,
  request: {
    query: z.object({
      limit: Limit,
      cursor: Cursor.optional(),
    }),
  },
  responses: {
    200: json(Page, 'The page'),
    ...refusals('unauthenticated', 'token_expired', 'invalid', 'rate_limited', 'unavailable'),
  },
})

export const send = createRoute({
  method: 'post',
  path: '/messages',
  tags: ['messages'],
  operationId: 'send',
  summary: 'Say something to the room',
  security: bearer,
  request: {
    headers: z.object({
      'idempotency-key': ClientId.optional().meta({
        description: 'Instead of `client_id`, which wins where both are given',
        example: undefined,
      }),
    }),
    // Whoever tries the call out must not reuse the client_id of the docs.
    ...takes(z.object({ content: Content, client_id: ClientId.optional() }), {
      content: 'Hello, room',
    }),
  },
  responses: {
    201: json(Message, 'The message'),
    200: json(Message, 'The message that an earlier try with this client_id made, as it is now'),
    ...refusals(
      'bad_json',
      'unauthenticated',
      'token_expired',
      'client_id_reused',
      'too_large',
      'invalid',
      'rate_limited',
      'room_busy',
      'unavailable',
    ),
  },
})

export const edit = createRoute({
  method: 'patch',
  path: '/messages/{id}',
  tags: ['messages'],
  operationId: 'edit',
  summary: 'Change the text of your own message',
  security: bearer,
  request: { params: messagePath, ...takes(z.object({ content: Content })) },
  responses: {
    200: json(Message, 'The message as it is now'),
    ...refusals(
      'bad_json',
      'unauthenticated',
      'token_expired',
      'not_the_author',
      'not_found',
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

export const remove = createRoute({
  method: 'delete',
  path: '/messages/{id}',
  tags: ['messages'],
  operationId: 'remove',
  summary: 'Delete your own message, for good',
  security: bearer,
  request: { params: messagePath },
  responses: {
    204: { description: 'Deleted. Deleting it again answers the same.' },
    ...refusals(
      'unauthenticated',
      'token_expired',
      'not_the_author',
      'not_found',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

export const health = createRoute({
  method: 'get',
  path: '/health',
  tags: ['operation'],
  operationId: 'health',
  summary: 'The Worker runs; touches nothing else',
  security: [],
  responses: { 200: json(Health, 'It runs') },
})

export const ready = createRoute({
  method: 'get',
  path: '/ready',
  tags: ['operation'],
  operationId: 'ready',
  summary: 'How the room and the parts behind it are',
  security: [],
  responses: {
    200: json(Readiness, 'The room accepts messages'),
    503: json(Readiness, 'The room does not accept messages'),
    ...refusals('rate_limited'),
  },
})

/** Its frames are in contract/frames.ts, its close codes in contract/close-codes.ts. */
export const chat = createRoute({
  method: 'get',
  path: '/ws/chat',
  tags: ['chat'],
  operationId: 'chat',
  summary: 'The WebSocket of the room',
  description:
    'Described in [/asyncapi.json](/asyncapi.json). Browsers cannot read a refused upgrade: it is ' +
    'accepted, then closed with a code.',
  security: [{}],
  request: {
    query: z.object({
      token: z
        .string()
        .optional()
        .meta({ description: 'The access token, where it is not sent as a subprotocol' }),
      epoch: z.string().optional().meta({ description: 'With `since`: resume this log' }),
      since: z.string().optional().meta({ description: 'The last `seq` that was received' }),
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
    ...refusals('upgrade_required', 'rate_limited'),
  },
})
