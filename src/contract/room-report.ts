// What the operator reads of the room's state.

import { z } from '@hono/zod-openapi'
import { Rearchive } from './rearchive.ts'
import { Id, Time } from './values.ts'

/** The documents and the paths keep their old name, because clients use it. */
export const DeadLetter = z
  .object({
    kind: z
      .string()
      .meta({ description: 'What the row is: `messages`, or a kind of a later version' }),
    key: z.string().meta({ description: 'Names the row; the id of a message' }),
    message_id: Id.optional(),
    user_id: Id.optional(),
    code: z.string().meta({
      description: 'The SQLSTATE of the refusal, or http_ and the status of a proxy that refused',
    }),
    revision: z.int().positive().optional(),
    retry_at: Time,
  })
  .openapi('SetAside')
export type DeadLetter = z.infer<typeof DeadLetter>

export const RoomReport = z
  .object({
    epoch: z.string(),
    seq: z.int().nonnegative().meta({ description: 'The `seq` of the latest event' }),
    flushed_seq: z
      .int()
      .nonnegative()
      .meta({ description: 'Postgres has all events up to this `seq`' }),
    pruned_seq: z
      .int()
      .nonnegative()
      .meta({ description: 'Clients can resume from this `seq` on' }),
    sockets: z.int().nonnegative(),
    online: z.int().nonnegative().meta({ description: 'Users' }),
    dirty: z
      .int()
      .nonnegative()
      .meta({ description: 'Rows that Postgres does not have yet, counted up to 10,000' }),
    oldest_dirty_ms: z.int().nonnegative().nullable(),
    set_aside: z.int().nonnegative(),
    postgres_error: z.string().nullable().meta({ description: 'Code of the last failed flush' }),
    rearchive: z
      .union([Rearchive, z.null()])
      .meta({ description: 'null: no repair of Postgres is running' }),
    started_at: Time.meta({ description: 'When the room started' }),
  })
  .openapi('RoomReport')
export type RoomReport = z.infer<typeof RoomReport>
