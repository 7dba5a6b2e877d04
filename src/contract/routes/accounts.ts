// Routes of accounts: register, read, change the password, export, erase.

import { createRoute, z } from '@hono/zod-openapi'
import { Message, ReadMarker, User } from '../entities.ts'
import { Restrictions } from '../moderation.ts'
import { NewPassword, Password } from '../password.ts'
import { ReactionSet } from '../reactions.ts'
import { Username } from '../username.ts'
import { Email, ErasureMode, Id, Time } from '../values.ts'
import { bearer, jsonBody, jsonResponse, problemResponses } from './building-blocks.ts'

export const register = createRoute({
  method: 'post',
  path: '/auth/register',
  tags: ['auth'],
  operationId: 'register',
  summary: 'Register an account',
  description:
    'A very common password, or one that contains the username or email address, is refused. If the ' +
    'answer is lost, repeating the call with the same values returns the same account for ten minutes.',
  security: [],
  request: jsonBody(z.object({ username: Username, email: Email, password: NewPassword })),
  responses: {
    201: jsonResponse(User, 'The new user'),
    ...problemResponses(
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

export const me = createRoute({
  method: 'get',
  path: '/auth/me',
  tags: ['auth'],
  operationId: 'me',
  summary: 'The account of the access token',
  security: bearer,
  responses: {
    200: jsonResponse(User, 'The user'),
    ...problemResponses(
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
      'rate_limited',
      'unavailable',
    ),
  },
})

export const changePassword = createRoute({
  method: 'post',
  path: '/auth/password',
  tags: ['auth'],
  operationId: 'changePassword',
  summary: 'Change the password; all other sessions end',
  security: bearer,
  request: jsonBody(z.object({ current: Password, new: NewPassword })),
  responses: {
    204: { description: 'Changed. This session continues, all others have ended.' },
    ...problemResponses(
      'bad_json',
      'unauthenticated',
      'token_expired',
      'session_ended',
      'wrong_password',
      'account_inactive',
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

export const erase = createRoute({
  method: 'delete',
  path: '/auth/me',
  tags: ['auth'],
  operationId: 'erase',
  summary: 'Erase the account for good',
  description:
    'Name, email address and password are erased everywhere, and all sessions end. It cannot be ' +
    'undone. Safe to repeat until it answers 204.',
  security: bearer,
  request: jsonBody(z.object({ password: Password, messages: ErasureMode.default('keep') })),
  responses: {
    204: { description: 'Erased' },
    ...problemResponses(
      'bad_json',
      'unauthenticated',
      'token_expired',
      'session_ended',
      'wrong_password',
      'account_inactive',
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})

/** All data of the caller. The response is a stream, because `messages` may be long. */
export const Export = z
  .object({
    exported_at: Time,
    user: User,
    sessions: z.array(
      z.object({
        id: Id,
        created_at: Time,
        last_used_at: Time,
        expires_at: Time,
        user_agent: z.string().nullable(),
      }),
    ),
    restrictions: Restrictions,
    last_read_id: ReadMarker.shape.last_read_id,
    reports: z
      .array(z.object({ id: Id, message_id: Id, reason: z.string().nullable() }))
      .meta({ description: 'The reports that the caller has filed' }),
    messages: z.array(Message).meta({ description: 'Oldest first; deleted ones have no text' }),
    reactions: z
      .array(ReactionSet.omit({ revision: true }))
      .meta({ description: 'What the caller has chosen, by the ids of the messages' }),
  })
  .openapi('Export')

export const exportData = createRoute({
  method: 'get',
  path: '/auth/me/export',
  tags: ['auth'],
  operationId: 'exportData',
  summary: 'Export all data of the account',
  description:
    'A file, streamed while it is read. If the answer breaks off, it is invalid JSON: call again.',
  security: bearer,
  responses: {
    200: jsonResponse(Export, 'The data'),
    ...problemResponses(
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
      'rate_limited',
      'unavailable',
    ),
  },
})
