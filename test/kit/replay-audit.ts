// Replays the audit log: what must be in force now, if the log has everything and nothing else was done.

import { type Held, heldKey } from './compare-restrictions.ts'
import type { ArchivedAuditEntry, ArchivedRestriction } from './moderation.ts'
import type { Room } from './protocol.ts'

export type Replayed = {
  /** Also those that are over. */
  restrictions: Held
  /** By user id. */
  roles: Map<string, string>
  /** The settings that the log has with their values. */
  settings: Partial<Pick<Room, 'slow_mode_ms' | 'posting' | 'links' | 'reactions'>>
  hasAnnouncement: boolean
  /** Pinned by hand and not unpinned by hand, the latest first. Some may be deleted since. */
  pinned: string[]
  /** How many terms the word list has. */
  terms: number
}

/** @param entries in the order of their ids */
export function replayAudit(entries: readonly ArchivedAuditEntry[]): Replayed {
  const restrictions = new Map<string, ArchivedRestriction>()
  const replayed: Replayed = {
    restrictions,
    roles: new Map(),
    settings: {},
    hasAnnouncement: false,
    pinned: [],
    terms: 0,
  }
  for (const { action, target_id, message_id, until, reason, details } of entries) {
    const [target, message] = [target_id ?? '', message_id ?? '']
    if (action === 'mute' || action === 'ban')
      restrictions.set(heldKey(action, target), { until, reason })
    if (action === 'unmute') restrictions.delete(heldKey('mute', target))
    if (action === 'unban') restrictions.delete(heldKey('ban', target))
    if (action === 'set_role' && details.role === 'member') replayed.roles.delete(target)
    else if (action === 'set_role') replayed.roles.set(target, `${details.role}`)
    if (action === 'pin' || action === 'unpin')
      replayed.pinned = replayed.pinned.filter((id) => id !== message)
    if (action === 'pin') replayed.pinned.unshift(message)
    if (action === 'change_words') replayed.terms = Number(details.terms)
    if (action === 'change_room') {
      const { announcement, reactions, ...settings } = details
      Object.assign(replayed.settings, settings)
      if (reactions !== undefined)
        replayed.settings.reactions = String(reactions).split(' ').filter(Boolean)
      if (announcement !== undefined) replayed.hasAnnouncement = announcement === true
    }
  }
  return replayed
}
