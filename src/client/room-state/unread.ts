// Counts what is unread in a list of messages.

import type { Message } from '../contract.ts'
import type { ReadMarker } from '../state.ts'

export type Unread = Pick<ReadMarker, 'unread' | 'mentions'>

export const nothingUnread: Unread = { unread: 0, mentions: 0 }

type Bounds = {
  /** Whose messages do not count. */
  userId: string
  lastReadId: string
  /** Only from this message on. */
  fromId: string
}

/** @param messages oldest first */
export function countUnread(
  messages: readonly Message[],
  { userId, lastReadId, fromId }: Bounds,
): Unread {
  let unread = 0
  let mentions = 0
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index]
    if (!message || message.id <= lastReadId || message.id < fromId) break
    if (message.user_id === userId) continue
    unread++
    if (message.mentions_room || message.mentions?.includes(userId)) mentions++
  }
  return { unread, mentions }
}
