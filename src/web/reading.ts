// What this person has not seen yet: how much, and where it begins.

import type { ChatMessage, SentMessage } from '../client/state.ts'

type Unseen = { count: number; first: SentMessage | null }

/** Others' messages after the last one that was seen. */
export function unseenOf(
  messages: readonly ChatMessage[],
  { seenId, userId }: { seenId: string; userId: string },
): Unseen {
  const unseen: Unseen = { count: 0, first: null }
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i] as ChatMessage
    if (message.state !== 'sent') continue
    if (message.id <= seenId) break
    if (message.user_id === userId) continue
    unseen.count++
    unseen.first = message
  }
  return unseen
}

export class Reading {
  readonly #userId: string
  #seenId: string | null
  #markedKey: string | null = null
  #count = 0

  /** @param seenId of the last message seen on an earlier visit; null: this is the first one */
  constructor({ userId, seenId }: { userId: string; seenId: string | null }) {
    this.#userId = userId
    this.#seenId = seenId
  }

  get seenId(): string | null {
    return this.#seenId
  }

  /** The message above which the line stands: it stays while it is read. */
  get markedKey(): string | null {
    return this.#markedKey
  }

  get count(): number {
    return this.#count
  }

  /** @param attention whether the person looks at the newest message */
  read(messages: readonly ChatMessage[], attention: 'here' | 'elsewhere'): void {
    const newest = messages.findLast(({ state }) => state === 'sent')?.id ?? ''
    const seenId = this.#seenId ?? newest
    const { count, first } = unseenOf(messages, { seenId, userId: this.#userId })
    if (attention === 'elsewhere') {
      this.#seenId = seenId
      this.#count = count
      if (first) this.#markedKey = first.key
    } else {
      this.#seenId = newest > seenId ? newest : seenId
      this.#count = 0
    }
  }

  /** Who answers has read. */
  answer(): void {
    this.#markedKey = null
  }
}
