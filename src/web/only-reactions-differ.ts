// Compares two states of the chat: reactions of others may be drawn together.

import type { ChatMessage, ChatState } from '../client/state.ts'

const isSameButReactions = (one: ChatMessage, other: ChatMessage): boolean =>
  one === other ||
  (one.state === 'sent' &&
    other.state === 'sent' &&
    one.key === other.key &&
    one.revision === other.revision &&
    one.username === other.username &&
    one.referenced === other.referenced &&
    String(one.ownReactions ?? '') === String(other.ownReactions ?? ''))

/** Whether nothing differs but the reactions of others to messages. */
export function onlyReactionsDiffer(before: ChatState, now: ChatState): boolean {
  const names = Object.keys(now) as (keyof ChatState)[]
  return (
    names.every((name) => name === 'messages' || before[name] === now[name]) &&
    before.messages.length === now.messages.length &&
    before.messages.every((message, index) =>
      isSameButReactions(message, now.messages[index] as ChatMessage),
    )
  )
}
