// Draws each change of the chat at once, but reactions of others at most once a frame: many may come at the same time.

import type { ChatClient } from '../client/chat-client.ts'
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

/** @returns a function that ends it */
export function drawChanges(
  chat: Pick<ChatClient, 'state' | 'subscribe'>,
  draw: () => void,
): () => void {
  let drawn = chat.state
  let isWaiting = false
  const drawNow = () => {
    isWaiting = false
    drawn = chat.state
    draw()
  }
  const stop = chat.subscribe(() => {
    // A hidden page has no frames.
    if (document.visibilityState === 'hidden' || !onlyReactionsDiffer(drawn, chat.state))
      return drawNow()
    if (isWaiting) return
    isWaiting = true
    requestAnimationFrame(() => isWaiting && drawNow())
  })
  return () => {
    isWaiting = false
    stop()
  }
}
