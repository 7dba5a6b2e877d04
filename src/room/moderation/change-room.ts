// Commands that change the state of the room: limits, announcement, pins and staff. Each is one event.
// Values are absolute, and a command that changes nothing makes no event.

import type { Member } from '../../contract/entities.ts'
import {
  moderationLimits,
  type Role,
  type Room,
  type RoomChange,
} from '../../contract/moderation.ts'
import { reactionLimits } from '../../contract/reactions.ts'
import type { StoredMessage } from '../../domain/message.ts'
import { toPin } from '../../domain/moderation.ts'
import { roleOf } from '../../domain/roles.ts'
import type { Clock } from '../clock/clock.ts'
import type { AuditLog } from '../log/private/audit-log.ts'
import type { ReactionTotals } from '../log/reactions/reaction-totals.ts'
import type { Revisions } from '../log/revisions.ts'
import { recordRoom } from '../log/room-settings/record-room.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import { type Applied, accepted, type Command, refused } from '../sequencer/command.ts'
import { type Audited, audit } from './audit.ts'
import { type Moderator, refusalOfRole } from './moderator.ts'

export type RoomState = {
  clock: Clock
  roomSettings: RoomSettings
  revisions: Revisions
  auditLog: AuditLog
}

/** With what was ever a reaction here. */
type SettingsState = RoomState & { reactionTotals: Pick<ReactionTotals, 'sets'> }

const tooManyEmoji = `A room can have had at most ${reactionLimits.everMax} different emoji.`

function changed(
  state: RoomState,
  by: Moderator,
  change: Partial<Room>,
  audited: Audited,
): Applied<Room> {
  const event = recordRoom(state, change)
  return {
    ...accepted(state.roomSettings.current),
    events: [event],
    notices: [audit(state, by, audited)],
  }
}

/** The audit log never has a text. */
const detailsOf = (change: Partial<Room>) => ({
  ...(change.slow_mode_ms !== undefined && { slow_mode_ms: change.slow_mode_ms }),
  ...(change.posting !== undefined && { posting: change.posting }),
  ...(change.links !== undefined && { links: change.links }),
  ...(change.announcement !== undefined && { announcement: change.announcement !== null }),
  ...(change.reactions && { reactions: change.reactions.join(' ') }),
})

/** Keeps only what differs from the present state. */
function differing(current: Room, change: RoomChange): Partial<Room> {
  const differences = Object.entries(change).filter(
    ([name, value]) =>
      value !== undefined &&
      JSON.stringify(value) !== JSON.stringify(current[name as keyof RoomChange]),
  )
  return Object.fromEntries(differences)
}

export function changeRoom(state: SettingsState, by: Moderator, asked: RoomChange): Command<Room> {
  return () => {
    const { current } = state.roomSettings
    const change = differing(current, asked)
    if (Object.keys(change).length === 0) return accepted(current)
    const ever = new Set([...state.reactionTotals.sets.numbers.known, ...(change.reactions ?? [])])
    if (change.reactions && ever.size > reactionLimits.everMax)
      return refused({ code: 'invalid', detail: tooManyEmoji, errors: { reactions: tooManyEmoji } })
    return changed(state, by, change, { action: 'change_room', details: detailsOf(change) })
  }
}

export function pinMessage(
  state: RoomState,
  by: Moderator,
  message: StoredMessage | undefined,
): Command<Room> {
  return () => {
    const { current } = state.roomSettings
    if (!message || message.is_deleted)
      return refused({
        code: 'not_found',
        detail: 'There is no such message: it may have been deleted.',
      })
    if (current.pins.some(({ id }) => id === message.id)) return accepted(current)
    if (current.pins.length >= moderationLimits.pinsMax)
      return refused({
        code: 'invalid',
        detail: `At most ${moderationLimits.pinsMax} messages can be pinned. Unpin one first.`,
      })
    const pins = [toPin(message), ...current.pins]
    return changed(state, by, { pins }, { action: 'pin', messageId: message.id })
  }
}

export function unpinMessage(state: RoomState, by: Moderator, messageId: string): Command<null> {
  return () => {
    const { current } = state.roomSettings
    const pins = current.pins.filter(({ id }) => id !== messageId)
    if (pins.length === current.pins.length) return accepted(null)
    const audited: Audited = { action: 'unpin', messageId }
    return { ...changed(state, by, { pins }, audited), ...accepted(null) }
  }
}

export function setRole(
  state: RoomState,
  by: Moderator,
  { target, role }: { target: Member; role: Role },
): Command<Room> {
  return () => {
    const { current } = state.roomSettings
    const refusal = refusalOfRole(state, by, { userId: target.id, role })
    if (refusal) return refused(refusal)
    if (roleOf(current.staff, target.id) === role) return accepted(current)
    const others = current.staff.filter(({ user_id }) => user_id !== target.id)
    if (role !== 'member' && others.length >= moderationLimits.staffMax)
      return refused({
        code: 'invalid',
        detail: `A room has at most ${moderationLimits.staffMax} owners and moderators.`,
      })
    const { id: user_id, username } = target
    const staff = role === 'member' ? others : [...others, { user_id, username, role }]
    return changed(state, by, { staff }, { action: 'set_role', target, details: { role } })
  }
}
