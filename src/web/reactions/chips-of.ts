// What is shown of the reactions to a message: one chip for each emoji, in an order that counts do not change.

import type { SentMessage } from '../../client/state.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'

export type Reacted = Pick<SentMessage, 'reactions' | 'ownReactions'>

export type Chip = { readonly emoji: string; readonly count: number; readonly isOwn: boolean }

/** @param offered the emoji of the room, in its order. Others come after them */
export function chipsOf({ reactions, ownReactions }: Reacted, offered: readonly string[]): Chip[] {
  const counts = new Map(Object.entries(reactions?.counts ?? {}))
  const order = [...offered.filter((emoji) => counts.has(emoji)), ...counts.keys()]
  return [...new Set(order)].map((emoji) => ({
    emoji,
    count: counts.get(emoji) ?? 0,
    isOwn: ownReactions?.includes(emoji) ?? false,
  }))
}

/** Such as `👍 3, you reacted`. */
export const chipLabel = ({ emoji, count, isOwn }: Chip): string =>
  fill(isOwn ? strings.reactionOfYours : strings.reactionOfOthers, {
    emoji,
    count: count.toLocaleString(strings.language),
  })

/** All that the user chooses after a click on this emoji. */
export const toggled = (own: readonly string[], emoji: string): string[] =>
  own.includes(emoji) ? own.filter((other) => other !== emoji) : [...own, emoji]
