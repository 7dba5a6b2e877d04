// A message as the user has written it, with what it refers to.

import type { Member } from '../../client/contract.ts'
import type { ChatMessage } from '../../client/state.ts'
import type * as values from '../../contract/values.ts'
import type { Copy } from '../mutated.ts'
import { mentionedNames, roomMention } from '../text/mention-text.ts'

/** The message that the user replies to. */
export type ReplyTarget = Copy

/** The target of a refused reply. @returns null: it is none, or its target was deleted */
export function targetOfRefused({
  state,
  referenced,
  ...message
}: ChatMessage): ReplyTarget | null {
  const problem = state === 'failed' && 'problem' in message ? message.problem : null
  if (!referenced || referenced.is_deleted || problem?.code === 'not_found') return null
  return { ...referenced, content: referenced.excerpt, revision: 0 }
}

export type Outgoing = {
  readonly content: string
  readonly replyTo?: string
  /** User ids. */
  readonly mentions?: string[]
  readonly mentionsRoom?: boolean
}

export const mentionsMax: typeof values.limits.mentionsMax = 10

type Mentionable = { others: readonly Member[]; mayMentionRoom: boolean }

/** How many more people a text mentions than a message may. */
export function mentionsTooMany(content: string, others: readonly Member[]): number {
  if (content.split('@').length <= mentionsMax + 1) return 0
  const names = mentionedNames(
    content,
    others.map(({ username }) => username),
  )
  return Math.max(0, names.length - mentionsMax)
}

/** The people a text mentions. More than `mentionsMax` are left out. */
export function outgoing(
  content: string,
  target: ReplyTarget | null,
  { others, mayMentionRoom }: Mentionable,
): Outgoing {
  // Where two people have one name, the likelier one comes first.
  const ids = new Map(others.toReversed().map(({ id, username }) => [username, id]))
  const names = mentionedNames(
    content,
    mayMentionRoom ? [roomMention, ...ids.keys()] : [...ids.keys()],
  )
  const mentionsRoom = mayMentionRoom && names.includes(roomMention)
  const mentions = names.flatMap((name) => ids.get(name) ?? []).slice(0, mentionsMax)
  return {
    content,
    ...(target && { replyTo: target.id }),
    ...(mentions.length > 0 && { mentions }),
    ...(mentionsRoom && { mentionsRoom }),
  }
}
