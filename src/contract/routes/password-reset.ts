// Routes of people who forgot their password: ask for a link by mail, and choose a password with it.

import { createRoute, z } from '@hono/zod-openapi'
import { NewPassword } from '../password.ts'
import { Email } from '../values.ts'
import { jsonBody, jsonResponse, problemResponses } from './building-blocks.ts'

/** Seconds. Long enough for a mail that is late, and too short for one that is found later. */
export const resetTokenSeconds = 30 * 60

/** Longer than any token. */
const maxTokenLength = 128

export const ResetAsked = z
  .object({
    expires_in: z.int().positive().meta({ description: 'Seconds for which the link works' }),
  })
  .openapi('ResetAsked')
export type ResetAsked = z.infer<typeof ResetAsked>

export const forgotPassword = createRoute({
  method: 'post',
  path: '/auth/password/forgot',
  tags: ['auth'],
  operationId: 'forgotPassword',
  summary: 'Ask for a link to choose a new password',
  description:
    'If the address belongs to an active account, a mail with a link is sent to it, which ends the link ' +
    'before. The answer is the same for every address, also for one that got several mails in the last ' +
    'hour and gets no other. `unavailable` if the service has no mail set up.',
  security: [],
  request: jsonBody(z.object({ email: Email })),
  responses: {
    202: jsonResponse(ResetAsked, 'If there is such an account, a mail is on its way'),
    ...problemResponses('bad_json', 'too_large', 'invalid', 'rate_limited', 'unavailable'),
  },
})

export const resetPassword = createRoute({
  method: 'post',
  path: '/auth/password/reset',
  tags: ['auth'],
  operationId: 'resetPassword',
  summary: 'Choose a new password with the token of a link; all sessions end',
  description:
    'The token works once, for 30 minutes, and only until a newer link is sent, the password is changed ' +
    'or the account has another address. A password is refused as when registering, and the token can ' +
    'then be used again. All sessions end, and their sockets close with 4401. A mail tells the owner.',
  security: [],
  request: jsonBody(
    z.object({
      token: z
        .string('Must be text.')
        .min(1, 'Is empty.')
        .max(maxTokenLength, 'Is too long.')
        .meta({ description: 'From the link of the mail: what follows `#reset=`' }),
      password: NewPassword,
    }),
  ),
  responses: {
    204: { description: 'Changed. Log in with the new password.' },
    ...problemResponses(
      'bad_json',
      'reset_token_invalid',
      'origin_not_allowed',
      'too_large',
      'invalid',
      'rate_limited',
      'unavailable',
    ),
  },
})
