// Tracks which messages the user has not read: how many, and where they begin.

import type { ChatMessage, SentMessage } from '../../client/state.ts'

type Unread = { count: number; first: SentMessage | null }

/** The messages of other users after the last one that was read. */
export function unreadAfter(
  messages: readonly ChatMessage[],
  { readId, userId }: { readId: string; userId: string },
): Unread {
  const unread: Unread = { count: 0, first: null }
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i] as ChatMessage
    if (message.state !== 'sent') continue
    if (message.id <= readId) break
    if (message.user_id === userId) continue
    unread.count++
    unread.first = message
  }
  return unread
}

export class UnreadTracker {
  readonly #userId: string
  #readId: string | null
  #dividerKey: string | null = null
  #count = 0

  /** @param readId of the last message that was read on an earlier visit; null: this is the first */
  constructor({ userId, readId }: { userId: string; readId: string | null }) {
    this.#userId = userId
    this.#readId = readId
  }

  get readId(): string | null {
    return this.#readId
  }

  /** The message below the divider. The divider stays while the messages are read. */
  get dividerKey(): string | null {
    return this.#dividerKey
  }

  get count(): number {
    return this.#count
  }

  /** @param attention whether the user sees the newest message */
  update(messages: readonly ChatMessage[], attention: 'reading' | 'away'): void {
    const newest = messages.findLast(({ state }) => state === 'sent')?.id ?? ''
    const readId = this.#readId ?? newest
    const { count, first } = unreadAfter(messages, { readId, userId: this.#userId })
    if (attention === 'away') {
      this.#readId = readId
      this.#count = count
      if (first) this.#dividerKey = first.key
    } else {
      this.#readId = newest > readId ? newest : readId
      this.#count = 0
    }
  }

  /** To be called when the user sends a message, which means that all is read. */
  clearDivider(): void {
    this.#dividerKey = null
  }
}
