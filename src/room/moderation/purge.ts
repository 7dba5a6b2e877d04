// The command that deletes all messages of a person since a time, as one event.

import type { Member } from '../../contract/entities.ts'
import { firstIdAt } from '../../domain/ids.ts'
import type { IdempotencyKeys } from '../log/idempotency-keys.ts'
import type { Messages } from '../log/messages/messages.ts'
import type { ReportTable } from '../log/private/reports.ts'
import { type Purges, purgeFrame } from '../log/purges/purges.ts'
import type { ReactionTotals } from '../log/reactions/reaction-totals.ts'
import { recordRoom } from '../log/room-settings/record-room.ts'
import type { PurgeWriter } from '../outbox/purge-writer.ts'
import { accepted, type Command } from '../sequencer/command.ts'
import { audit } from './audit.ts'
import type { RoomState } from './change-room.ts'
import type { Moderator } from './moderator.ts'

export type PurgeState = RoomState & {
  messages: Messages
  purges: Purges
  reports: ReportTable
  reactionTotals: Pick<ReactionTotals, 'purge'>
  idempotencyKeys: IdempotencyKeys
  purgeWriter: Pick<PurgeWriter, 'begin'>
}

type Request = {
  target: Member
  /** Milliseconds since the epoch. */
  since: number
  reason: string | null
}

export function purgeMessages(
  state: PurgeState,
  by: Moderator,
  { target, since, reason }: Request,
): Command<{ messages: number }> {
  return () => {
    const { clock, messages, purges, reports, revisions, idempotencyKeys, roomSettings } = state
    const from_id = firstIdAt(Math.max(0, since))
    // Nothing that is sent after this command is ever part of the range.
    const to_id = messages.ids.last
    if (to_id === null || from_id > to_id) return accepted({ messages: 0 })
    const at = clock.wall()
    const purge = { revision: revisions.next(), user_id: target.id, from_id, to_id, at }
    const seq = purges.record(purge)
    const count = messages.purge(purge, at)
    state.reactionTotals.purge(purge)
    idempotencyKeys.blankHashes(target.id, purge)
    reports.removeTexts(target.id, () => revisions.next(), { from: from_id, to: to_id })
    const { pins } = roomSettings.current
    const isPurged = ({ id, user_id }: (typeof pins)[number]) =>
      user_id === target.id && from_id <= id && id <= to_id
    const kept = pins.filter((pin) => !isPurged(pin))
    return {
      ...accepted({ messages: count }),
      events: [
        { ...purgeFrame(purge), seq },
        ...(kept.length < pins.length ? [recordRoom(state, { pins: kept })] : []),
      ],
      notices: [
        audit(state, by, {
          ...{ action: 'purge', target, reason },
          details: { since: new Date(since).toISOString(), messages: count },
        }),
      ],
      onSuccess: () => state.purgeWriter.begin(),
    }
  }
}
