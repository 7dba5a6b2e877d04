// The progress of a repair of Postgres, as the operator sees it.

import { z } from '@hono/zod-openapi'
import { Time } from './values.ts'

/** How far a repair of Postgres has come, and what it cannot bring back. */
export const Rearchive = z
  .object({
    rows_left: z
      .int()
      .nonnegative()
      .meta({ description: 'Messages of the room that are still to be written' }),
    endings_left: z.int().nonnegative().meta({
      description: 'Bans, ended sessions and erasures that are still to be applied',
    }),
    missing: z
      .object({
        after: Time.nullable().meta({ description: 'null: Postgres has no message' }),
        before: Time,
      })
      .nullable()
      .meta({
        description:
          'Messages sent, edited or deleted in this time may be lost, because neither Postgres nor the ' +
          'room has them; null: there is no such time',
      }),
    detail: z.string().meta({ description: 'The same in words' }),
  })
  .openapi('Rearchive')
export type Rearchive = z.infer<typeof Rearchive>
