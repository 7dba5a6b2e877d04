// Draws each change of the chat at once, but reactions of others at most once a frame: many may come at the same time.

import type { ChatClient } from '../client/chat-client.ts'
import { onlyReactionsDiffer } from './only-reactions-differ.ts'

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
