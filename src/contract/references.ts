// What a message refers to: the message that it replies to, and the people it mentions.

import { z } from '@hono/zod-openapi'
import { Id, limits } from './values.ts'

/** The message that another one replies to, as it was when the answer or frame was made. */
export const Referenced = z
  .object({
    id: Id,
    user_id: Id,
    username: z.string(),
    excerpt: z.string().meta({
      description: `The first ${limits.excerptMax} code points of the text; empty once deleted`,
    }),
    is_deleted: z.boolean(),
  })
  .openapi('Referenced')
export type Referenced = z.infer<typeof Referenced>

/** The id only is kept, and never a copied text. */
export const ReplyTo = Id.meta({ description: 'The message that this one replies to' })

export const Mentions = z
  .array(Id)
  .max(limits.mentionsMax, `Must name at most ${limits.mentionsMax} people.`)
  .meta({
    description: `At most ${limits.mentionsMax} ids of people; a repeated id is kept once`,
  })

/** What a new message may refer to. */
export const newReferences = {
  reply_to: ReplyTo.optional(),
  mentions: Mentions.optional(),
  mentions_room: z
    .boolean('Must be true or false.')
    .optional()
    .meta({ description: 'Mentions everyone in the room; for moderators' }),
} as const

/** The fields of a message that has them. A deleted message has none of them. */
export const references = {
  reply_to: ReplyTo.optional(),
  referenced: Referenced.optional().meta({
    description:
      'The message that this one replies to. Absent also if it is not at hand: load it with ' +
      '`GET /messages/{id}` when a person asks for it. Update it as you update that message',
  }),
  mentions: Mentions.optional(),
  mentions_room: z.literal(true).optional(),
} as const
