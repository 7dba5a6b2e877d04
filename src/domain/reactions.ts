// What people have chosen as reactions to a message, and how often each emoji was chosen. The totals of a
// message always equal the sum of the sets of all people.

import type { Refusal } from '../contract/problems.ts'
import {
  type MessageReactions,
  type OwnReactions,
  type ReactionCounts,
  reactionLimits,
} from '../contract/reactions.ts'
import type { StoredMessage } from './message.ts'

/** What one person has chosen for a message. Empty: nothing, or no longer. */
export type ReactionSetOf = { user_id: string; reactions: string[] }

/** The totals of one message. */
export type TotalsOf = MessageReactions & { message_id: string }

/** As the archive gets them. */
export type StoredReactions = TotalsOf & {
  /** Those that the archive may lack. */
  sets: ReactionSetOf[]
  /** `sets` has all of the message, and the archive must have no others. */
  is_whole: boolean
}

/** A message as the archive has it, with all that people have chosen for it. */
export type ArchivedReactions = { message: StoredMessage | undefined; sets: ReactionSetOf[] }

/** The counts after one person has chosen something else. */
export function countsAfter(
  counts: ReactionCounts,
  before: readonly string[],
  after: readonly string[],
): ReactionCounts {
  const changed = { ...counts }
  for (const emoji of after) if (!before.includes(emoji)) changed[emoji] = (changed[emoji] ?? 0) + 1
  for (const emoji of before) {
    if (after.includes(emoji)) continue
    const count = (changed[emoji] ?? 0) - 1
    if (count > 0) changed[emoji] = count
    else delete changed[emoji]
  }
  return changed
}

export function countsOf(sets: readonly Pick<ReactionSetOf, 'reactions'>[]): ReactionCounts {
  return sets.reduce((counts, { reactions }) => countsAfter(counts, [], reactions), {})
}

/** The totals with the higher revision. */
export function newerReactions(
  one: MessageReactions | undefined,
  other: MessageReactions | undefined,
): MessageReactions | undefined {
  return (one?.revision ?? 0) >= (other?.revision ?? 0) ? one : other
}

/** The message with these totals, if they are newer than its own. */
export function withReactions<M extends StoredMessage>(
  message: M,
  other: MessageReactions | undefined,
): M {
  const reactions = newerReactions(message.reactions, other)
  return reactions === message.reactions ? message : { ...message, reactions }
}

/** WebSocket messages to plain connections that may go into reactions in any second: messages come first. */
const plainSendsPerSecond = 5_000
/** While plain connections wait for more than this, they get no reactions. */
const pendingSendsMax = 5_000

/** How many messages an event may tell of at once: there are two such moments in a second. */
export function eventsAtOnce(load: { plainConnections: number; pendingSends: number }): number {
  const { collectMs, eventsPerSecond } = reactionLimits
  if (load.pendingSends > pendingSendsMax) return 0
  const share = collectMs / 1_000
  const affordable = (plainSendsPerSecond * share) / Math.max(1, load.plainConnections)
  return Math.max(1, Math.floor(Math.min(eventsPerSecond * share, affordable)))
}

/** Why a person may not choose these; null: they may. What they chose before can be kept. */
export function refusalOfReactions(
  asked: readonly string[],
  { allowed, before }: { allowed: readonly string[]; before: readonly string[] },
): Refusal | null {
  const refused = asked.find((emoji) => !allowed.includes(emoji) && !before.includes(emoji))
  if (refused === undefined) return null
  const detail = `This room does not offer ${refused} as a reaction.`
  return { code: 'invalid', detail, errors: { reactions: detail } }
}

/** What the room knows of one person's reactions. */
export type OwnInRoom = {
  /** By the ids of messages whose reactions the room has, also where the person has chosen nothing. */
  known: OwnReactions
  /** The room has the reactions to all messages from this id on; null: of none. */
  tailFrom: string | null
  /** Set when there are more messages in the range above this one. */
  cutAt: string | null
}

/** A page of the people who reacted to a message. */
export type WhoBounds = {
  /** Only people with a greater id. */
  above: string
  /** null: whatever they chose. */
  emoji: string | null
  limit: number
}

/** From one message to another, both included. */
export type MessageRange = { from: string; to: string }

/** Without messages for which nothing is chosen. */
export function chosenOnly(own: OwnReactions): OwnReactions {
  return Object.fromEntries(Object.entries(own).filter(([, reactions]) => reactions.length > 0))
}
