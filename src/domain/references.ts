// What a message refers to: the message that it replies to, and the people it mentions.

import type { Referenced } from '../contract/references.ts'
import { limits } from '../contract/values.ts'

/** Kept with a message until it is deleted. */
export type MessageReferences = {
  reply_to: string | null
  /** Ids of people, each once. */
  mentions: string[]
  mentions_room: boolean
}

/** As a client sends them. */
export type NewReferences = {
  reply_to?: string | undefined
  mentions?: string[] | undefined
  mentions_room?: boolean | undefined
}

/** @returns null: there are none */
export function referencesOf(sent: NewReferences): MessageReferences | null {
  const { reply_to = null, mentions_room = false } = sent
  const mentions = [...new Set(sent.mentions)]
  const isEmpty = reply_to === null && mentions.length === 0 && !mentions_room
  return isEmpty ? null : { reply_to, mentions, mentions_room }
}

/** Whether a retry refers to the same; the order of the mentions does not count. */
export function isSameReferences(
  one: MessageReferences | null | undefined,
  other: MessageReferences | null | undefined,
): boolean {
  const form = (references: MessageReferences | null | undefined) =>
    references &&
    JSON.stringify([references.reply_to, [...references.mentions].sort(), references.mentions_room])
  return (form(one) ?? null) === (form(other) ?? null)
}

type Mentioning = { user_id: string; references?: MessageReferences | null }

/** Whether the message is by someone else, and mentions this person or the room. */
export function isMentioned({ user_id, references }: Mentioning, userId: string): boolean {
  if (!references || user_id === userId) return false
  return references.mentions_room || references.mentions.includes(userId)
}

type Target = Omit<Referenced, 'excerpt'> & { content: string }

/** A message as it is shown with a reply to it. */
export function toReferenced(target: Target): Referenced {
  const { id, user_id, username, content, is_deleted } = target
  // A code point has at most two UTF-16 units.
  const start = [...content.slice(0, 2 * limits.excerptMax)]
  return { id, user_id, username, excerpt: start.slice(0, limits.excerptMax).join(''), is_deleted }
}
