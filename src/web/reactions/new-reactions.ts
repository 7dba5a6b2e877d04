// Counts the new reactions of others to the user's own messages, over a few seconds at a time.

import type { ChatMessage } from '../../client/state.ts'

const everyMs = 5_000

type Timer = { after: (ms: number, run: () => void) => void }

/** How many reactions of others a message has. */
function countOf(message: ChatMessage): number {
  if (message.state !== 'sent') return 0
  const counts = Object.values(message.reactions?.counts ?? {})
  const all = counts.reduce((sum, count) => sum + count, 0)
  return all - (message.ownReactions?.length ?? 0)
}

export class NewReactions {
  readonly #userId: string
  readonly #timer: Timer
  readonly #announce: (count: number) => void
  /** By message id. */
  #counted = new Map<string, number>()
  #newestId: string | null = null
  #latest: readonly ChatMessage[] = []
  #isWaiting = false

  constructor(userId: string, timer: Timer, announce: (count: number) => void) {
    this.#userId = userId
    this.#timer = timer
    this.#announce = announce
  }

  /** To be called when the list may have changed. */
  follow(messages: readonly ChatMessage[]): void {
    if (messages === this.#latest) return
    const isFirst = this.#newestId === null
    this.#latest = messages
    if (isFirst) this.#take()
    else if (!this.#isWaiting) {
      this.#isWaiting = true
      this.#timer.after(everyMs, () => {
        this.#isWaiting = false
        const count = this.#take()
        if (count > 0) this.#announce(count)
      })
    }
  }

  /** @returns how many reactions are new. What was loaded from the history is not. */
  #take(): number {
    let added = 0
    const counted = new Map<string, number>()
    for (const message of this.#latest) {
      if (message.id === null || message.user_id !== this.#userId) continue
      const isLive = this.#newestId !== null && message.id > this.#newestId
      const now = countOf(message)
      const before = this.#counted.get(message.id) ?? (isLive ? 0 : now)
      added += Math.max(0, now - before)
      counted.set(message.id, now)
    }
    this.#counted = counted
    this.#newestId = this.#latest.findLast(({ id }) => id !== null)?.id ?? this.#newestId ?? ''
    return added
  }
}
