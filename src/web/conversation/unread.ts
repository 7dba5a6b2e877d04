// Where the new messages begin. The line above them stays while they are read, so that it can be found again.

import type { ChatMessage, ReadMarker } from '../../client/state.ts'

export class NewMessages {
  #afterId: string | null = null
  #count = 0
  #isUnread = false

  /** The last message that was read before the new ones came; null: nothing is new. */
  get afterId(): string | null {
    return this.#afterId
  }

  /** How many new messages the user may want to go back to; 100 means 100 or more. */
  get count(): number {
    return this.#count
  }

  /** To be called when the marker or the list has changed, and what is visible was marked. */
  follow({ lastReadId, unread }: ReadMarker): void {
    if (unread === 0 || lastReadId === null) {
      this.#isUnread = false
      return
    }
    if (!this.#isUnread) {
      this.#afterId = lastReadId
      this.#count = 0
    }
    this.#isUnread = true
    // What is left to be marked is not new: the user has written since.
    if (this.#afterId !== null) this.#count = Math.max(this.#count, unread)
  }

  /** To be called when the user has seen where they begin. */
  onBeginningSeen(): void {
    this.#count = 0
  }

  /** To be called when the user sends a message, which means that all is read. */
  clear(): void {
    this.#afterId = null
    this.#count = 0
  }
}

/**
 * The message of another person with which the new ones begin.
 * @returns undefined: it is not loaded, or there is none
 */
export function firstNew(
  { messages, hasOlder }: { messages: readonly ChatMessage[]; hasOlder: boolean },
  { afterId, userId }: { afterId: string | null; userId: string },
): ChatMessage | undefined {
  const oldest = messages[0]?.id
  if (afterId === null || (hasOlder && oldest != null && oldest > afterId)) return undefined
  let first: ChatMessage | undefined
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i] as ChatMessage
    if (message.state !== 'sent') continue
    if (message.id <= afterId) break
    if (message.user_id !== userId) first = message
  }
  return first
}
