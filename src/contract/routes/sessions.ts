// Sessions: logging in, renewing the access token, ending one or all of them.

import { createRoute, z } from '@hono/zod-openapi'
import { Member } from '../entities.ts'
import { Password } from '../password.ts'
import { Email, Id, Time } from '../values.ts'
import { bearer, json, refusals, takes } from './parts.ts'

/** A little more than any that was ever issued. */
const refreshTokenMax = 128

const RefreshToken = z
  .string('Must be text.')
  .min(1, 'Is empty.')
  .max(refreshTokenMax, 'Is too long.')
  .meta({ description: 'The `refresh_token` that was answered last. Absent: it is in the cookie.' })

/** A browser has one cookie for all its tabs, and each tab the account that it shows. */
const OwnUserId = Id.optional().meta({
  description:
    'The account that the caller shows to a person. The refresh token of another account is ' +
    'refused as `account_changed`, before anything is renewed or ended. Absent: nothing is compared.',
})

export const Tokens = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().positive().meta({ description: 'Seconds' }),
    refresh_token: z.string().nullable().meta({
      description: 'Opaque; for one use. null: it was sent as an HttpOnly cookie',
    }),
    refresh_expires_in: z.int().positive().meta({ description: 'Seconds' }),
    session_id: Id,
    user: Member.meta({ description: 'Whose session it is' }),
  })
  .openapi('Tokens')
export type Tokens = z.infer<typeof Tokens>

export const Session = z
  .object({
    id: Id,
    created_at: Time,
    last_used_at: Time.meta({ description: 'When its tokens were last renewed' }),
    expires_at: Time,
    user_agent: z.string().nullable().meta({ description: 'Of the login; at most 256 characters' }),
    current: z.boolean().meta({ description: 'The session that asks' }),
  })
  .openapi('Session')
export type Session = z.infer<typeof Session>

export const login = createRoute({
  method: 'post',
  path: '/auth/login',
  tags: ['auth'],
  operationId: 'login',
  summary: 'Begin a session with email and password',
  security: [],
  request: takes(
    z.object({
      email: Email,
      password: Password,
      cookie: z
        .boolean()
        .default(false)
        .meta({
          description:
            'For web pages: keep the refresh token in a cookie that no script can read. An app or an ' +
            'extension never gets it back',
        }),
    }),
  ),
  responses: {
    200: json(Tokens, 'The tokens'),
    ...refusals(
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
    'The refresh token before stays valid until the new one is first used, so that a lost answer ' +
    'locks nobody out. An older one that comes back was stolen: it ends the session. Where the ' +
    'cookie is that of a later login of the same account, the tokens are those of that session.',
  security: [],
  request: takes(z.object({ refresh_token: RefreshToken.optional(), user_id: OwnUserId })),
  responses: {
    200: json(Tokens, 'The tokens'),
    ...refusals(
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
    'The session is that of the access token; without one, that of the refresh token, in the body ' +
    'or the cookie. With `user_id` both end where both are of that account, and the session of ' +
    'another account never does. Its sockets are closed with 4401.',
  security: [{}, ...bearer],
  request: takes(z.object({ refresh_token: RefreshToken.optional(), user_id: OwnUserId })),
  responses: {
    204: { description: 'Ended. Ending it again answers the same.' },
    ...refusals(
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

const ofOneself = [
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
  responses: { 204: { description: 'Ended' }, ...refusals(...ofOneself) },
})

export const sessions = createRoute({
  method: 'get',
  path: '/auth/sessions',
  tags: ['auth'],
  operationId: 'sessions',
  summary: 'Your sessions, the latest used first',
  security: bearer,
  responses: { 200: json(z.array(Session), 'The sessions'), ...refusals(...ofOneself) },
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
    ...refusals('not_found', 'invalid', ...ofOneself),
  },
})
