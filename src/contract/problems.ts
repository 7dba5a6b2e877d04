// All problems of the service, over REST and socket, in one table (RFC 9457). `detail` is a
// sentence for a person; `code` is for programs and never changes its meaning.

import { z } from '@hono/zod-openapi'

/** HTTP status, title and default sentence of each code. */
export const problems = {
  bad_json: {
    status: 400,
    title: 'Bad JSON',
    detail: 'The body must be valid JSON, sent as application/json.',
  },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    detail:
      'Log in first: this call needs a valid access token as "Authorization: Bearer <token>".',
  },
  token_expired: {
    status: 401,
    title: 'Token expired',
    detail: 'Your session has expired. Log in again.',
  },
  session_ended: {
    status: 401,
    title: 'Session ended',
    detail: 'This session has ended. Log in again.',
  },
  bad_credentials: {
    status: 401,
    title: 'Bad credentials',
    detail: 'Incorrect email or password.',
  },
  wrong_password: {
    status: 403,
    title: 'Wrong password',
    detail: 'The current password is not correct.',
  },
  reset_token_invalid: {
    status: 403,
    title: 'Reset token invalid',
    detail:
      'This link no longer works: it was used, has expired, or a newer one was sent. Ask for a new one.',
  },
  not_the_author: {
    status: 403,
    title: 'Not the author',
    detail: 'Only the author can change this message.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    detail: 'Your role in this room does not allow this.',
  },
  muted: {
    status: 403,
    title: 'Muted',
    detail: 'A moderator has muted you. You can read, and not write.',
  },
  banned: {
    status: 403,
    title: 'Banned',
    detail: 'A moderator has banned you from this room.',
  },
  posting_closed: {
    status: 403,
    title: 'Posting closed',
    detail: 'Not everyone may write in this room right now.',
  },
  account_inactive: {
    status: 403,
    title: 'Account inactive',
    detail: 'This account has been deactivated.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'Origin not allowed',
    detail: 'Pages of this origin may not use this server.',
  },
  not_found: { status: 404, title: 'Not found', detail: 'There is nothing at this address.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This address does not answer to this method. The Allow header lists those it does.',
  },
  username_taken: {
    status: 409,
    title: 'Username taken',
    detail: 'This username is taken, or looks like one that is. Choose another.',
  },
  email_taken: {
    status: 409,
    title: 'Email taken',
    detail: 'An account with this email already exists. Log in instead.',
  },
  account_changed: {
    status: 409,
    title: 'Account changed',
    detail: 'Another account logged in in this browser. Log in to go on.',
  },
  client_id_reused: {
    status: 409,
    title: 'Client id reused',
    detail: 'This client_id was already used for another message. Make a new one for each message.',
  },
  outdated: {
    status: 412,
    title: 'Outdated',
    detail: 'This has changed since you read it. Read it again, and repeat your change.',
  },
  too_large: {
    status: 413,
    title: 'Too large',
    detail: 'The body is too large: at most 64 KiB are accepted.',
  },
  invalid: { status: 422, title: 'Invalid', detail: 'Some values are not valid.' },
  content_refused: {
    status: 422,
    title: 'Content refused',
    detail: 'This room does not accept this text. Write it in other words.',
  },
  upgrade_required: {
    status: 426,
    title: 'Upgrade required',
    detail: 'This address speaks WebSocket only. Connect with a WebSocket client.',
  },
  rate_limited: {
    status: 429,
    title: 'Rate limited',
    detail: 'Rate limit exceeded. Please slow down.',
  },
  slow_mode: {
    status: 429,
    title: 'Slow mode',
    detail: 'The room is in slow mode: wait a while between two messages.',
  },
  room_busy: {
    status: 503,
    title: 'Room busy',
    detail: 'The room is very busy right now. Try again in a moment.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    detail: 'This part of the service is not available right now. Try again shortly.',
  },
} as const satisfies Record<string, { status: number; title: string; detail: string }>

export type ProblemCode = keyof typeof problems

export const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]]

/** Codes that only occur in frames, in addition to those above. */
export const frameProblems = {
  bad_frame: 'A frame must be a JSON object of the form {"event": …, "data": {…}}.',
  unknown_event: 'This event is not known.',
} as const

export type FrameProblemCode = ProblemCode | keyof typeof frameProblems

/** The body of a refusal, as `application/problem+json`. */
export const Problem = z
  .object({
    type: z.string().meta({
      description: 'A URN that ends in the code',
      example: 'urn:edge-chat:problem:invalid',
    }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'A sentence for a person' }),
    code: z.enum(problemCodes),
    errors: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'For `invalid`: field → what is wrong with it' }),
    retry_after: z
      .int()
      .positive()
      .optional()
      .meta({ description: 'Seconds to wait before trying again; also sent as Retry-After' }),
  })
  .openapi('Problem')

export type Problem = z.infer<typeof Problem>

/** A refusal: its code, and details that differ from the table. */
export type Refusal = {
  code: ProblemCode
  detail?: string
  errors?: Record<string, string>
  /** Milliseconds. HTTP rounds it up to whole seconds. */
  retryAfterMs?: number
}

export function problemBody({ code, detail, errors, retryAfterMs }: Refusal): Problem {
  const known = problems[code]
  return {
    type: `urn:edge-chat:problem:${code}`,
    title: known.title,
    status: known.status,
    detail: detail ?? known.detail,
    code,
    ...(errors && { errors }),
    ...(retryAfterMs !== undefined && { retry_after: Math.max(1, Math.ceil(retryAfterMs / 1000)) }),
  }
}
