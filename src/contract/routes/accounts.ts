// Accounts: opening one, reading it, changing its password, taking one's data, ending it.

import { createRoute, z } from '@hono/zod-openapi'
import { Message, User } from '../entities.ts'
import { NewPassword, Password } from '../password.ts'
import { Username } from '../username.ts'
import { Email, Id, Time } from '../values.ts'
import { bearer, json, refusals, takes } from './parts.ts'

export const register = createRoute({
  method: 'post',
  path: '/auth/register',
  tags: ['auth'],
  operationId: 'register',
  summary: 'Open an account',
  description:
    'A password that is among the most common ones, or holds the name or the address, is refused. ' +
    'An answer may be lost: the same name, address and password give the same account again for ' +
    'ten minutes.',
  security: [],
  request: takes(z.object({ username: Username, email: Email, password: NewPassword })),
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
  summary: 'Choose another password; every other session ends',
  security: bearer,
  request: takes(z.object({ current: Password, new: NewPassword })),
  responses: {
    204: { description: 'Changed. This session goes on, all others have ended.' },
    ...refusals(
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

export const Remains = z.enum(['keep', 'delete'], 'Must be "keep" or "delete".').meta({
  description: 'What becomes of the messages: kept without a name, or deleted',
})
export type Remains = z.infer<typeof Remains>

export const erase = createRoute({
  method: 'delete',
  path: '/auth/me',
  tags: ['auth'],
  operationId: 'erase',
  summary: 'End the account for good',
  description:
    'Name, email address and password are erased everywhere, all sessions end, and nobody can ' +
    'bring it back. Safe to repeat until it answers 204.',
  security: bearer,
  request: takes(z.object({ password: Password, messages: Remains.default('keep') })),
  responses: {
    204: { description: 'Erased' },
    ...refusals(
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

/** One's own data, whole. `messages` may be long: the answer is a stream. */
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
    messages: z.array(Message).meta({ description: 'Oldest first, deleted ones without text' }),
  })
  .openapi('Export')

export const exportData = createRoute({
  method: 'get',
  path: '/auth/me/export',
  tags: ['auth'],
  operationId: 'exportData',
  summary: 'Everything that is kept about you',
  description:
    'Sent as a file, as it is read. An answer that breaks off is no valid JSON: ask again.',
  security: bearer,
  responses: {
    200: json(Export, 'The data'),
    ...refusals(
      'unauthenticated',
      'token_expired',
      'session_ended',
      'account_inactive',
      'rate_limited',
      'unavailable',
    ),
  },
})
