// Refusals as answers. Whatever goes wrong leaves as a problem of the contract, without a trace of why.

import type { Hook } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { problemBody, type Refusal } from '../contract/problems.ts'
import { journalFault, traits } from '../journal.ts'
import type { Outcome } from '../room/rpc.ts'
import type { Wired } from './parts.ts'

/** Thrown by a rule that says no; the app answers it. */
export class Refused extends Error {
  override name = 'Refused'
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}

/** Milliseconds after which to try again when nothing better is known. */
const shortlyMs = 5_000

export function problemAnswer(refusal: Refusal, extra: Record<string, string> = {}): Response {
  const known = problemBody(refusal)
  const body =
    known.status === 503
      ? problemBody({ ...refusal, retryAfterMs: refusal.retryAfterMs ?? shortlyMs })
      : known
  return Response.json(body, {
    status: body.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(body.retry_after !== undefined && { 'retry-after': String(body.retry_after) }),
      ...(body.status === 401 && { 'www-authenticate': 'Bearer' }),
      ...extra,
    },
  })
}

export function answerError(error: Error, c: Context<Wired>): Response {
  if (error instanceof Refused) return problemAnswer(error.refusal)
  // Hono's own, while it reads a body.
  if (error instanceof HTTPException && error.status === 400)
    return problemAnswer({ code: 'bad_json', detail: 'The body is not valid JSON.' })
  if (error instanceof HTTPException && error.status === 415)
    return problemAnswer({ code: 'bad_json', detail: 'The body must be sent as application/json.' })
  journalFault('call_failed', { method: c.req.method, path: c.req.path, ...traits(error) })
  return problemAnswer({ code: 'unavailable' })
}

/** Turns faults of validation into a sentence for each field. */
export const refuseInvalid: Hook<unknown, Wired, string, unknown> = (read) => {
  if (read.success) return
  const errors: Record<string, string> = {}
  for (const issue of read.error.issues) {
    const field = issue.path.join('.') || 'body'
    errors[field] ??= issue.path.length > 0 ? issue.message : 'Must be a JSON object.'
  }
  throw new Refused({ code: 'invalid', errors })
}

export function granted<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Refused(outcome.refusal)
  return outcome.value
}
