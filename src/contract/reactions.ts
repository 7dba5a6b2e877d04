// Reactions to messages: which emoji there are, how often each was chosen, and who chose it.

import { z } from '@hono/zod-openapi'
import { Id } from './values.ts'

export const reactionLimits = {
  /** Emoji that the room allows at a time. */
  allowedMax: 12,
  /** Different emoji that a room can ever have had: each keeps its number for good. */
  everMax: 48,
  /** Reactions of one person. */
  perPerson: { max: 10, windowMs: 5_000 },
  /** How long a reaction waits at most to be applied together with others, in milliseconds. */
  collectMs: 500,
  /** Events of all messages together, in any second. */
  eventsPerSecond: 40,
  /** People of one page of those who reacted. */
  page: 50,
  /** Messages of one answer with one's own reactions. */
  ownMax: 500,
} as const

/** UTF-16 units; no emoji has as many. */
const longestEmoji = 64
const oneEmoji = /^\p{RGI_Emoji}$/v

/** Of those that were tested: the expression has thousands of branches, and a crowd uses a few emoji. */
const tested = new Set<string>()
const testedMax = 500

function isEmoji(text: string): boolean {
  if (tested.has(text)) return true
  const isOne = text.length <= longestEmoji && oneEmoji.test(text)
  if (isOne && tested.size < testedMax) tested.add(text)
  return isOne
}

export const Emoji = z
  .string('Must be text.')
  .refine(isEmoji, 'Must be one emoji, as Unicode recommends it for interchange.')
  .meta({ example: '👍' })

/** What one person has chosen for a message. */
export const Reactions = z
  .array(Emoji)
  .max(reactionLimits.everMax, `Must have at most ${reactionLimits.everMax} emoji.`)
  .meta({
    description:
      'All emoji that the person chooses for the message, also those of before; empty: none. The room allows ' +
      'those of `reactions` in its state; others can only be kept. A repeated one is kept once',
    example: ['👍'],
  })

export const ReactionCounts = z.record(z.string(), z.int().positive()).meta({
  description: 'By emoji, how many people chose it. One that nobody chose is absent',
  example: { '👍': 3 },
})
export type ReactionCounts = z.infer<typeof ReactionCounts>

const counted = {
  counts: ReactionCounts,
  revision: z.int().positive().meta({
    description: 'Rises with each change of `counts`, and is not that of the message',
  }),
} as const

export const MessageReactions = z.object(counted).openapi('MessageReactions')
export type MessageReactions = z.infer<typeof MessageReactions>

/** The field of a message. */
export const reactions = {
  reactions: MessageReactions.optional().meta({
    description:
      'Absent: nobody has reacted, or it is not at hand. Keep that with the higher `revision`, from wherever ' +
      'it comes',
  }),
} as const

export const ReactionsChanged = z.object({ message_id: Id, ...counted })

/** The reactions of one person to one message. */
export const ReactionSet = z
  .object({
    message_id: Id,
    reactions: z.array(z.string()).meta({ description: 'Empty: none' }),
    revision: z.int().nonnegative().meta({
      description:
        'Counts with this `revision` or a higher one include them; 0: nobody has reacted',
    }),
  })
  .openapi('ReactionSet')
export type ReactionSet = z.infer<typeof ReactionSet>

/** The caller's own reactions, by the ids of messages. Messages without any are absent. */
export const OwnReactions = z.record(z.string(), z.array(z.string()))
export type OwnReactions = z.infer<typeof OwnReactions>

export const PersonReactions = z
  .object({ user_id: Id, username: z.string(), reactions: z.array(z.string()) })
  .openapi('PersonReactions')
export type PersonReactions = z.infer<typeof PersonReactions>
