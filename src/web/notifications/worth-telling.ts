// Which messages the user is told about while nobody looks at the page.

import type { SentMessage } from '../../client/state.ts'
import { isMentioned } from '../conversation/rows.ts'
import type { Settings } from '../settings/setting-values.ts'

/** Whether the message mentions this person or the room, or replies to a message of this person. */
export function concerns(message: SentMessage, userId: string): boolean {
  const { user_id, referenced } = message
  const isReply = referenced && !referenced.is_deleted && referenced.user_id === userId
  return isMentioned(message, userId) || (isReply === true && user_id !== userId)
}

export function isWorthTelling(
  message: SentMessage,
  { userId, notify }: { userId: string; notify: Settings['notify'] },
): boolean {
  if (notify === 'off' || message.user_id === userId) return false
  return notify === 'all' || concerns(message, userId)
}

/** The number on the icon and in the title: messages that mention the user, or all that are new. */
export function badgeCount(
  { unread, mentions }: { unread: number; mentions: number },
  notify: Settings['notify'],
): number {
  return notify === 'all' ? unread : mentions
}
