// Routes that report the health of the service.

import { createRoute, z } from '@hono/zod-openapi'
import { storeFaults } from '../store-faults.ts'
import { orNull, Time } from '../values.ts'
import { jsonResponse, problemResponses } from './building-blocks.ts'

export const Health = z
  .object({ status: z.literal('healthy'), app: z.string(), version: z.string() })
  .openapi('Health')

export const Build = z
  .object({
    commit: z
      .string()
      .meta({ description: 'The commit of the source; `-dirty`: and changes to it' }),
    time: Time.meta({ description: 'When it was built' }),
  })
  .openapi('Build')
export type Build = z.infer<typeof Build>

const partSchema = z.object({
  state: z.enum(['up', 'down']),
  code: z
    .string()
    .optional()
    .meta({
      description: `Why it is down: ${Object.keys(storeFaults).join(', ')}, or the store's own code`,
    }),
  detail: z.string().optional().meta({ description: 'The reason in words' }),
})

export const Readiness = z
  .object({
    status: z.enum(['ready', 'degraded', 'unavailable']).meta({
      description:
        '`ready`: everything works. `degraded`: the room accepts messages, but Postgres or Redis ' +
        'does not fully work, or rows wait for too long. `unavailable`: the room does not answer',
    }),
    build: orNull(Build).meta({
      description: 'What the Worker runs; null: a build that `npm run deploy` did not make',
    }),
    room: partSchema.extend({
      build: orNull(Build).meta({
        description:
          'What the room runs, which after a deploy is the build before for up to a minute or more; ' +
          'null: unknown, or as above',
      }),
    }),
    postgres: partSchema,
    redis: partSchema,
    dirty: z.int().nonnegative().nullable().meta({
      description:
        'Rows that Postgres does not have yet, counted up to 10,000; null while the room is unavailable',
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
      .meta({ description: 'Rows that Postgres refused; null while the room is unavailable' }),
  })
  .openapi('Readiness')
export type Readiness = z.infer<typeof Readiness>

export const health = createRoute({
  method: 'get',
  path: '/health',
  tags: ['operation'],
  operationId: 'health',
  summary: 'Whether the Worker runs; checks nothing else',
  security: [],
  responses: { 200: jsonResponse(Health, 'The Worker runs') },
})

export const ready = createRoute({
  method: 'get',
  path: '/ready',
  tags: ['operation'],
  operationId: 'ready',
  summary: 'The state of the room, Postgres and Redis',
  security: [],
  responses: {
    200: jsonResponse(Readiness, 'The room accepts messages'),
    503: jsonResponse(Readiness, 'The room does not accept messages'),
    ...problemResponses('rate_limited'),
  },
})
