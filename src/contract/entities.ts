// Entities of the wire: messages, members, users.

import { z } from '@hono/zod-openapi'
import { reactions } from './reactions.ts'
import { references } from './references.ts'
import { ClientId, Id, limits, Time } from './values.ts'

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
    ...references,
    ...reactions,
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

/** How far a person has read, and what came since. Only that person learns of it. */
export const ReadMarker = z
  .object({
    last_read_id: Id.nullable().meta({
      description:
        'The newest message that was marked as read; null: none was, and nothing is unread',
    }),
  })
  .openapi('ReadMarker')
export type ReadMarker = z.infer<typeof ReadMarker>

const counted = z.int().min(0).max(limits.unreadMax)

export const ReadState = ReadMarker.extend({
  unread: counted.meta({
    description: `Messages of others since then; ${limits.unreadMax} means ${limits.unreadMax} or more`,
  }),
  mentions: counted.meta({ description: 'Those that mention the person or the room, alike' }),
}).openapi('ReadState')
export type ReadState = z.infer<typeof ReadState>

/** The position in the log for which an answer is true. `seq` has no gaps within one epoch. */
export const Position = z
  .object({ epoch: z.string(), seq: z.int().nonnegative() })
  .openapi('Position')
export type Position = z.infer<typeof Position>
