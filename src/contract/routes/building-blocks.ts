// Building blocks of routes: bodies, problem responses and security requirements.

import { z } from '@hono/zod-openapi'
import { Problem, type ProblemCode, problems } from '../problems.ts'
import { Id } from '../values.ts'

export const jsonResponse = <S extends z.ZodType>(schema: S, description: string) => ({
  content: { 'application/json': { schema } },
  description,
})

export const jsonBody = <S extends z.ZodType>(schema: S, example?: z.input<S>) => ({
  body: {
    content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
    required: true as const,
  },
})

/** A query parameter. Forms and templates also send empty fields, so `?cursor=` means no cursor. */
export const emptyAsAbsent = <S extends z.ZodType>(schema: S) =>
  z.preprocess((given) => (given === '' ? undefined : given), schema)

/** The path of one message. */
export const messagePath = z.object({ id: Id })

type Status = (typeof problems)[ProblemCode]['status']

const retryAfter = {
  'Retry-After': {
    description: 'Seconds to wait before trying again',
    schema: { type: 'integer' as const, minimum: 1 },
  },
}

const headersOf: { [S in Status]?: Record<string, { description: string; schema: object }> } = {
  401: {
    'WWW-Authenticate': { description: 'Always `Bearer`', schema: { type: 'string' as const } },
  },
  429: retryAfter,
  503: retryAfter,
}

export function problemResponses<C extends ProblemCode>(...codes: C[]) {
  const byStatus: Partial<Record<Status, ProblemCode[]>> = {}
  for (const code of codes) {
    const status = problems[code].status
    byStatus[status] = [...(byStatus[status] ?? []), code]
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, group]) => [
      status,
      {
        content: { 'application/problem+json': { schema: Problem } },
        description: group.map((code) => `\`${code}\`: ${problems[code].detail}`).join('\n\n'),
        ...(headersOf[Number(status) as Status] && {
          headers: headersOf[Number(status) as Status],
        }),
      },
    ]),
  ) as Record<
    (typeof problems)[C]['status'],
    { content: { 'application/problem+json': { schema: typeof Problem } }; description: string }
  >
}

/** The problems of a caller that the room does not admit. */
export const accessProblems = [
  'unauthenticated',
  'token_expired',
  'session_ended',
  'account_inactive',
  'banned',
] as const

/** Name of the security scheme: the access token as a Bearer token. */
export const bearerScheme = 'bearer'
export const bearer = [{ [bearerScheme]: [] }]
/** For routes that READ_ACCESS may open to everyone. */
export const optionalBearer = [{}, ...bearer]
