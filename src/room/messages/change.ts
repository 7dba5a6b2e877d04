// Edits or deletes a message. A message that the log no longer holds comes from the archive, and the
// command writes it to the log again.

import { type Change, changeFrame, type StoredMessage } from '../../domain/message.ts'
import { pinsAfter } from '../../domain/moderation.ts'
import type { Notice } from '../broadcast/notices.ts'
import type { Clock } from '../clock/clock.ts'
import type { Load, RateLimits } from '../limits/rate-limits.ts'
import type { IdempotencyKeys } from '../log/idempotency-keys.ts'
import type { Messages } from '../log/messages/messages.ts'
import type { Revisions } from '../log/revisions.ts'
import { recordRoom } from '../log/room-settings/record-room.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import { accepted, type Command, refused } from '../sequencer/command.ts'

export type ChangeState = {
  clock: Clock
  messages: Messages
  roomSettings: RoomSettings
  revisions: Revisions
  idempotencyKeys: IdempotencyKeys
  rateLimits: RateLimits
  broadcaster: { loadBy(userId: string): Load }
}

export type ChangeRequest = {
  messageId: string
  /** The archive's state, if the log did not have the message when it was read. */
  archived: StoredMessage | undefined
  /** Makes the new state of the message. */
  rule: (current: StoredMessage | undefined) => Change
  /** The charge to an author at the arrival of the request; null: the operator has no limits. */
  charged: { userId: string; at: number } | null
  /** Runs with the change, and gives what it tells single users. */
  onChanged: (before: StoredMessage) => Notice[]
}

export function changeMessage(
  state: ChangeState,
  { messageId, archived, rule, charged, onChanged }: ChangeRequest,
): Command<StoredMessage> {
  const { clock, messages, idempotencyKeys, rateLimits, broadcaster, roomSettings } = state
  return () => {
    const current = messages.current(messageId, archived)
    const change = rule(current)
    if (change.kind === 'refused') return refused(change.refusal)
    const { message } = change
    if (change.kind === 'unchanged') return accepted(message)
    // Only a change that is broadcast counts for the room: refused ones would use up its limit.
    const now = clock.now()
    const busy = charged && rateLimits.refusalOfRoom(now, broadcaster.loadBy(charged.userId))
    if (busy) return { ...refused(busy), onSuccess: () => rateLimits.refundChange(charged) }

    const seq = messages.revise(message)
    if (message.client_id !== null) idempotencyKeys.blankHash(message.user_id, message.client_id)
    const pins = pinsAfter(roomSettings.current, message)
    return {
      ...accepted(message),
      events: [{ ...changeFrame(message), seq }, ...(pins ? [recordRoom(state, { pins })] : [])],
      notices: current ? onChanged(current) : [],
      onSuccess: () => {
        if (charged) rateLimits.chargeRoom(now)
        if (charged && pins) rateLimits.chargeRoom(now)
      },
    }
  }
}
