// Whether it works.

import { createRoute, z } from '@hono/zod-openapi'
import { partFaults } from '../part-faults.ts'
import { json, refusals } from './parts.ts'

export const Health = z
  .object({ status: z.literal('healthy'), app: z.string(), version: z.string() })
  .openapi('Health')

const part = z.object({
  state: z.enum(['up', 'down']),
  code: z
    .string()
    .optional()
    .meta({
      description: `Why it is down: ${Object.keys(partFaults).join(', ')}, or a code of its own`,
    }),
  detail: z.string().optional().meta({ description: 'The same in words' }),
})

export const Readiness = z
  .object({
    status: z.enum(['ready', 'degraded', 'unavailable']).meta({
      description:
        '`ready`: everything can be served. `degraded`: the room takes messages, but Postgres or ' +
        'Redis cannot do all that is needed, or rows wait for too long. `unavailable`: without the room',
    }),
    room: part,
    postgres: part,
    redis: part,
    dirty: z.int().nonnegative().nullable().meta({
      description:
        'Rows that Postgres does not have yet, counted up to 10,000; null while the room is away',
    }),
    oldest_dirty_ms: z
      .int()
      .nonnegative()
      .nullable()
      .meta({ description: 'Age of the oldest of them, in milliseconds' }),
    set_aside: z
      .int()
      .nonnegative()
      .nullable()
      .meta({ description: 'Rows that Postgres refused; null while the room is away' }),
  })
  .openapi('Readiness')
export type Readiness = z.infer<typeof Readiness>

export const health = createRoute({
  method: 'get',
  path: '/health',
  tags: ['operation'],
  operationId: 'health',
  summary: 'The Worker runs; touches nothing else',
  security: [],
  responses: { 200: json(Health, 'It runs') },
})

export const ready = createRoute({
  method: 'get',
  path: '/ready',
  tags: ['operation'],
  operationId: 'ready',
  summary: 'How the room and the parts behind it are',
  security: [],
  responses: {
    200: json(Readiness, 'The room accepts messages'),
    503: json(Readiness, 'The room does not accept messages'),
    ...refusals('rate_limited'),
  },
})
