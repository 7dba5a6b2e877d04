// Routes of sessions: login, refresh, logout and the list of sessions.

import { createRoute, z } from '@hono/zod-openapi'
import { Member } from '../entities.ts'
import { Password } from '../password.ts'
import { Email, Id, Time } from '../values.ts'
import { bearer, jsonBody, jsonResponse, problemResponses } from './building-blocks.ts'

/** Slightly longer than any token that was ever issued. */
const maxRefreshTokenLength = 128

const RefreshToken = z
  .string('Must be text.')
  .min(1, 'Is empty.')
  .max(maxRefreshTokenLength, 'Is too long.')
  .meta({ description: 'The latest `refresh_token`. Absent: it is in the cookie.' })

/** All tabs of a browser share one cookie, while each tab displays one account. */
const OwnUserId = Id.optional().meta({
  description:
    'The account that the page displays. A refresh token of another account is refused with ' +
    '`account_changed`, before anything is renewed or ended. Absent: not checked.',
})

export const Tokens = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().positive().meta({ description: 'Seconds' }),
    refresh_token: z.string().nullable().meta({
      description: 'Opaque; single use. null: it was sent as an HttpOnly cookie',
    }),
    refresh_expires_in: z.int().positive().meta({ description: 'Seconds' }),
    session_id: Id,
    user: Member.meta({ description: 'The user of the session' }),
  })
  .openapi('Tokens')
export type Tokens = z.infer<typeof Tokens>

export const Session = z
  .object({
    id: Id,
    created_at: Time,
    last_used_at: Time.meta({ description: 'When its tokens were last renewed' }),
    expires_at: Time,
    user_agent: z
      .string()
      .nullable()
      .meta({ description: 'The browser of the login; at most 256 characters' }),
    current: z.boolean().meta({ description: 'Whether it is the session of this request' }),
  })
  .openapi('Session')
export type Session = z.infer<typeof Session>

export const login = createRoute({
  method: 'post',
  path: '/auth/login',
  tags: ['auth'],
  operationId: 'login',
  summary: 'Log in with email and password',
  security: [],
  request: jsonBody(
    z.object({
      email: Email,
      password: Password,
      cookie: z
        .boolean()
        .default(false)
        .meta({
          description:
            'For web pages: keep the refresh token in a cookie that no script can read. Not for apps and ' +
            'extensions, whose requests never carry the cookie',
        }),
    }),
  ),
  responses: {
    200: jsonResponse(Tokens, 'The tokens'),
    ...problemResponses(
      'bad_json',
      'bad_credentials',
      'account_inactive',
      'origin_not_allowed',
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

export const refresh = createRoute({
  method: 'post',
  path: '/auth/refresh',
  tags: ['auth'],
  operationId: 'refresh',
  summary: 'Renew both tokens of a session',
  description:
    'The previous refresh token stays valid until the new one is first used, so that a lost answer ' +
    'locks nobody out. Reuse of an older one means theft and ends the session. If the cookie belongs to ' +
    'a later login of the same account, the tokens are those of that session.',
  security: [],
  request: jsonBody(z.object({ refresh_token: RefreshToken.optional(), user_id: OwnUserId })),
  responses: {
    200: jsonResponse(Tokens, 'The tokens'),
    ...problemResponses(
      'bad_json',
      'session_ended',
      'account_inactive',
      'origin_not_allowed',
      'account_changed',
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

export const logout = createRoute({
  method: 'post',
  path: '/auth/logout',
  tags: ['auth'],
  operationId: 'logout',
  summary: 'End this session',
  description:
    'Ends the session of the access token or, without one, of the refresh token in the body or the ' +
    'cookie. With `user_id`, both sessions end if both belong to that account, and the session of ' +
    'another account never ends. Its sockets close with 4401.',
  security: [{}, ...bearer],
  request: jsonBody(z.object({ refresh_token: RefreshToken.optional(), user_id: OwnUserId })),
  responses: {
    204: { description: 'Ended. Ending it again answers the same.' },
    ...problemResponses(
      'bad_json',
      'unauthenticated',
      'token_expired',
      'origin_not_allowed',
      'account_changed',
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

const ownSessionProblems = [
  'unauthenticated',
  'token_expired',
  'session_ended',
  'account_inactive',
  'rate_limited',
  'unavailable',
] as const

export const logoutAll = createRoute({
  method: 'post',
  path: '/auth/logout-all',
  tags: ['auth'],
  operationId: 'logoutAll',
  summary: 'End all your sessions, this one too',
  security: bearer,
  responses: { 204: { description: 'Ended' }, ...problemResponses(...ownSessionProblems) },
})

export const sessions = createRoute({
  method: 'get',
  path: '/auth/sessions',
  tags: ['auth'],
  operationId: 'sessions',
  summary: 'Your sessions, most recently used first',
  security: bearer,
  responses: {
    200: jsonResponse(z.array(Session), 'The sessions'),
    ...problemResponses(...ownSessionProblems),
  },
})

export const endSession = createRoute({
  method: 'delete',
  path: '/auth/sessions/{id}',
  tags: ['auth'],
  operationId: 'endSession',
  summary: 'End one of your sessions',
  security: bearer,
  request: { params: z.object({ id: Id }) },
  responses: {
    204: { description: 'Ended' },
    ...problemResponses('not_found', 'invalid', ...ownSessionProblems),
  },
})
