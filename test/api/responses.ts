// Checks of responses, and calls to a Worker with some parts replaced.

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { z } from 'zod'
import { Problem, type ProblemCode, problems } from '../../src/contract/problems.ts'
import type { Env } from '../../src/env.ts'
import worker from '../support/worker.ts'

export const origin = 'http://chat.test'
/** The origin of a Worker that is not local. */
export const secureOrigin = 'https://chat.test'

/** Returns the body after validation. Fields that the contract does not name are an error. */
export async function answer<S extends z.ZodType>(
  response: Response,
  status: number,
  schema: S,
): Promise<z.infer<S>> {
  const body: unknown = await response.json()
  expect({ status: response.status, body }).toMatchObject({ status })
  const read = schema.parse(body)
  expect(body).toEqual(read)
  return read
}

/** Returns the problem after checking all that the contract says about its code. */
export async function refusal(response: Response, code: ProblemCode): Promise<Problem> {
  const problem = await answer(response, problems[code].status, Problem)
  expect(problem).toMatchObject({ code, title: problems[code].title, status: response.status })
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const wait = response.headers.get('retry-after')
  expect(wait).toBe(problem.retry_after === undefined ? null : String(problem.retry_after))
  if (response.status === 503 || response.status === 429) expect(Number(wait)).toBeGreaterThan(0)
  expect(response.headers.get('www-authenticate')).toBe(response.status === 401 ? 'Bearer' : null)
  return problem
}

type Changes = { [Name in keyof Env]?: unknown }

/**
 * Calls one Worker with other bindings or settings, by a path or a whole URL. It returns when the
 * background work has finished.
 */
export function workerWith(changes: Changes) {
  const changed = { ...env, ...changes } as Env
  const base = changed.ENVIRONMENT === 'local' ? origin : secureOrigin
  return async (path: string, init: RequestInit = {}): Promise<Response> => {
    const context = createExecutionContext()
    const request = new Request(new URL(path, base), init) as Parameters<typeof worker.fetch>[0]
    const response = await worker.fetch(request, changed, context)
    await waitOnExecutionContext(context)
    return response
  }
}

/** The same for one call, to a Worker without any state. */
export function callWith(changes: Changes, path: string, init?: RequestInit): Promise<Response> {
  return workerWith(changes)(path, init)
}

/** Settings of a deployed Worker. */
export const production = {
  ENVIRONMENT: 'production',
  NEON_FETCH_ENDPOINT: undefined,
  ALLOWED_ORIGINS: '',
  MAIL_API_URL: undefined,
}

/** A room that implements only these calls. */
export function roomThat(calls: Record<string, (...args: never[]) => unknown>) {
  return { getByName: () => calls }
}

export function platformError(traits: { retryable?: boolean; overloaded?: boolean }): Error {
  return Object.assign(new Error('The object is gone.'), traits)
}

export const json = { 'content-type': 'application/json' }

export function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) }
}

/** The code and reason with which a refused upgrade closed. */
export async function closing(response: Response) {
  expect(response.status).toBe(101)
  const socket = response.webSocket
  if (!socket) throw new Error('No socket')
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason })),
  )
  socket.accept()
  return closed
}
