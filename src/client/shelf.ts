// Pending messages of one user, kept where a reload of the page finds them. Several tabs may share
// the place: each takes away only what it knows. Sending one twice does no harm: its id is the same.

import type { StorageLike } from './platform.ts'
import type { PendingMessage } from './state.ts'

export type Shelf = ReturnType<typeof openShelf>

/** What the storage throws, as when it is full, goes through. */
export function openShelf(storage: StorageLike, userId: string) {
  const place = `chat.pending.${userId}`
  /** Every message that was written here. */
  const known = new Set<string>()
  const kept = (): PendingMessage[] => JSON.parse(storage.getItem(place) ?? '[]')

  return {
    /** Oldest first. What has failed is tried again, and fails again if it must. */
    read: (): PendingMessage[] =>
      kept().map((message) => ({ ...message, state: 'sending', problem: null })),

    /** These, and what other tabs put here. */
    write(messages: readonly PendingMessage[]): void {
      for (const { key } of messages) known.add(key)
      const all = [...kept().filter(({ key }) => !known.has(key)), ...messages]
      storage.setItem(place, JSON.stringify(all))
    },
  }
}
