// Entities of the wire: messages, members, users.

import { z } from '@hono/zod-openapi'
import { ClientId, Id, Time } from './values.ts'

/** A message as everyone sees it. A deleted one keeps its place and loses its text. */
export const Message = z
  .object({
    id: Id.meta({ description: 'UUIDv7: sort key and cursor' }),
    user_id: Id,
    username: z.string(),
    content: z.string().meta({ description: 'Empty once deleted' }),
    created_at: Time,
    updated_at: Time.nullable(),
    is_deleted: z.boolean(),
    revision: z
      .int()
      .positive()
      .meta({ description: 'Rises with each change; the higher one is newer' }),
    client_id: ClientId.optional(),
  })
  .openapi('Message')
export type Message = z.infer<typeof Message>

/** A user as others see them. */
export const Member = z.object({ id: Id, username: z.string() }).openapi('Member')
export type Member = z.infer<typeof Member>

/** A user as they see themselves. */
export const User = z
  .object({
    id: Id,
    username: z.string(),
    email: z.string(),
    created_at: Time,
    last_seen: Time.nullable(),
    is_active: z.boolean(),
  })
  .openapi('User')
export type User = z.infer<typeof User>

/** The position in the log for which an answer is true. `seq` has no gaps within one epoch. */
export const Position = z
  .object({ epoch: z.string(), seq: z.int().nonnegative() })
  .openapi('Position')
export type Position = z.infer<typeof Position>
