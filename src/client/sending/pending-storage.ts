// Stores the pending messages of one user, so that they outlive a reload of the page. Several tabs
// may share the storage: each one removes only messages that it wrote. Sending one twice is harmless,
// because its id stays the same.

import type { StorageLike } from '../platform.ts'
import type { PendingMessage } from '../state.ts'

export type PendingStorage = ReturnType<typeof openPendingStorage>

/** Throws what the storage throws, for example when it is full. */
export function openPendingStorage(storage: StorageLike, userId: string) {
  const storageKey = `chat.pending.${userId}`
  /** Keys of all messages that this tab wrote. */
  const ownKeys = new Set<string>()
  const stored = () => readMessages(storage.getItem(storageKey))

  return {
    /** Oldest first. Failed messages are sent again. */
    read: (): PendingMessage[] =>
      stored().map((message) => ({ ...message, state: 'sending', problem: null })),

    /** Stores these messages, and keeps those of other tabs. */
    write(messages: readonly PendingMessage[]): void {
      for (const { key } of messages) ownKeys.add(key)
      const all = [...stored().filter(({ key }) => !ownKeys.has(key)), ...messages]
      storage.setItem(storageKey, JSON.stringify(all))
    },
  }
}

/** Leaves out what is no message, because scripts and extensions can write to the storage, too. */
function readMessages(text: string | null): PendingMessage[] {
  try {
    return JSON.parse(text ?? '[]').filter(isMessage)
  } catch {
    return []
  }
}

const isMessage = (entry: Partial<PendingMessage> | null) =>
  [entry?.key, entry?.content, entry?.created_at].every((value) => typeof value === 'string')
