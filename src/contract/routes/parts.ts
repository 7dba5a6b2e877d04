// What the routes are written with: bodies, refusals from the table of problems, who may call.

import { z } from '@hono/zod-openapi'
import { Problem, type ProblemCode, problems } from '../problems.ts'

export const json = <S extends z.ZodType>(schema: S, description: string) => ({
  content: { 'application/json': { schema } },
  description,
})

export const takes = <S extends z.ZodType>(schema: S, example?: z.input<S>) => ({
  body: {
    content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
    required: true as const,
  },
})

/** A parameter of an address. Forms and templates send what is not filled in, too: `?cursor=` has no cursor. */
export const unlessEmpty = <S extends z.ZodType>(schema: S) =>
  z.preprocess((given) => (given === '' ? undefined : given), schema)

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

export function refusals<C extends ProblemCode>(...codes: C[]) {
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

/** Name of the security scheme: the access token as a Bearer token. */
export const bearerScheme = 'bearer'
export const bearer = [{ [bearerScheme]: [] }]
/** Of calls that READ_ACCESS may open to everyone. */
export const readable = [{}, ...bearer]
