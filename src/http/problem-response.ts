// Turns errors into problem responses of the contract. Stack traces and error messages never leave
// the service.

import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { problemBody, type Refusal } from '../contract/problems.ts'
import { errorFields, logError } from '../logger.ts'
import type { AppEnv } from './app-env.ts'
import { ProblemError } from './problem-error.ts'

/** The retry delay in milliseconds when no better one is known. */
const defaultRetryAfterMs = 5_000

export function problemResponse(refusal: Refusal, extra: Record<string, string> = {}): Response {
  const known = problemBody(refusal)
  const body =
    known.status === 503
      ? problemBody({ ...refusal, retryAfterMs: refusal.retryAfterMs ?? defaultRetryAfterMs })
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

export function errorHandler(error: Error, c: Context<AppEnv>): Response {
  if (error instanceof ProblemError) return problemResponse(error.refusal)
  // Hono throws these while it reads a body.
  if (error instanceof HTTPException && error.status === 400)
    return problemResponse({ code: 'bad_json', detail: 'The body is not valid JSON.' })
  if (error instanceof HTTPException && error.status === 415)
    return problemResponse({
      code: 'bad_json',
      detail: 'The body must be sent as application/json.',
    })
  logError('call_failed', { method: c.req.method, path: c.req.path, ...errorFields(error) })
  return problemResponse({ code: 'unavailable' })
}

type Validation =
  | { success: true }
  | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } }

/** Turns validation issues into one sentence per field. */
export function validationHook(read: Validation): void {
  if (read.success) return
  const errors: Record<string, string> = {}
  for (const issue of read.error.issues) {
    const field = issue.path.join('.') || 'body'
    errors[field] ??= issue.path.length > 0 ? issue.message : 'Must be a JSON object.'
  }
  throw new ProblemError({ code: 'invalid', errors })
}
