// The command that applies what several people have chosen, and tells of changed totals: all in one
// transaction. One request that is refused costs only its own person.

import type { RoomFrame } from '../../contract/frames.ts'
import type { ReactionSet } from '../../contract/reactions.ts'
import type { ArchivedReactions } from '../../domain/reactions.ts'
import type { Access } from '../access/access.ts'
import type { Holder } from '../access/revocations.ts'
import type { Notice } from '../broadcast/notices.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import { totalsFrame } from '../log/reactions/totals-row.ts'
import type { Outcome } from '../rpc.ts'
import { accepted, type Command, refused } from '../sequencer/command.ts'
import { createDrafts, type DraftState } from './drafts.ts'

export type ApplyState = DraftState & {
  access: Pick<Access, 'refusals'>
  restrictions: Pick<RestrictionTable, 'muteRefusals'>
}

export type ReactionRequest = {
  by: Holder
  messageId: string
  reactions: string[]
  /** What the archive has, if the room had no totals of the message when the request came. */
  archived: ArchivedReactions | undefined
}

/** @param maxEvents how many messages this command may tell of, of those that wait first */
export function applyReactions(
  state: ApplyState,
  requests: readonly ReactionRequest[],
  maxEvents: number,
): Command<Outcome<ReactionSet>[]> {
  const { clock, access, restrictions, reactionTotals } = state
  return () => {
    const keys = requests.map(({ by, messageId }) => ({ messageId, userId: by.member.id }))
    const drafts = createDrafts(state, keys)
    const refusals = access.refusals(requests.map(({ by }) => by))
    const mutes = restrictions.muteRefusals(
      keys.map(({ userId }) => userId),
      clock.wall(),
    )
    const choices = requests.map(({ by, messageId, reactions, archived }, at) => {
      const userId = by.member.id
      const refusal = refusals[at] ?? mutes[at]
      if (refusal) return refused(refusal).outcome
      return drafts.choose(messageId, { user_id: userId, reactions }, archived)
    })
    /** The last state of each person and message. */
    const notices = new Map<string, Notice>()
    const outcomes = requests.map(({ by, messageId }, index): Outcome<ReactionSet> => {
      const choice = choices[index]
      if (!choice?.ok) return choice ?? refused({ code: 'unavailable' }).outcome
      const revision = drafts.revisionOf(messageId)
      const data = { message_id: messageId, reactions: choice.value, revision }
      const userId = by.member.id
      const frame: RoomFrame = { event: 'reaction_set', data }
      notices.set(`${messageId} ${userId}`, { to: { userId }, frame })
      return accepted(data).outcome
    })

    const told = new Set(reactionTotals.nextToTell(drafts.changed(), maxEvents))
    const events: RoomFrame[] = []
    for (const messageId of new Set([...told, ...drafts.changed()])) {
      const isTold = told.has(messageId)
      const totals = drafts.writeTotals(messageId, isTold) ?? reactionTotals.tell(messageId)
      if (isTold && totals) events.push({ ...totalsFrame(totals), seq: totals.seq })
    }
    drafts.writeSets()
    if (told.size > 0 || drafts.changed().length > 0) reactionTotals.endChanges()
    return { ...accepted(outcomes), events, notices: [...notices.values()] }
  }
}
