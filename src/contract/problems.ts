// Every refusal there is, over HTTP and over sockets, from one table (RFC 9457).
// `detail` is a sentence for a person; `code` is for programs and never changes its meaning.

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
  not_the_author: {
    status: 403,
    title: 'Not the author',
    detail: 'Only the author can change this message.',
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
    detail: 'This client_id was already used for another text. Make a new one for each message.',
  },
  too_large: {
    status: 413,
    title: 'Too large',
    detail: 'The body is too large: at most 64 KiB are accepted.',
  },
  invalid: { status: 422, title: 'Invalid', detail: 'Some values are not valid.' },
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

/** Codes that only frames carry, beside those above. */
export const frameProblems = {
  bad_frame: 'A frame must be a JSON object of the form {"event": …, "data": {…}}.',
  unknown_event: 'This event is not known.',
} as const

export type FrameProblemCode = ProblemCode | keyof typeof frameProblems

/** What a refused call answers, as `application/problem+json`. */
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

/** What a refusal may say beyond its code. */
export type Refusal = {
  code: ProblemCode
  detail?: string
  errors?: Record<string, string>
  /** Milliseconds. Rounded up to whole seconds over HTTP. */
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
