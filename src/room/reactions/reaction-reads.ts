// What the room knows of people's reactions. The Worker asks the archive for the rest.

import { type OwnReactions, reactionLimits } from '../../contract/reactions.ts'
import type { MessageRange, OwnInRoom, ReactionSetOf, WhoBounds } from '../../domain/reactions.ts'
import type { Access } from '../access/access.ts'
import type { Holder } from '../access/revocations.ts'
import type { ReactionTotals } from '../log/reactions/reaction-totals.ts'
import type { Outcome } from '../rpc.ts'

type Uses = {
  access: Pick<Access, 'refusal'>
  messages: { oldestId: string | null }
  reactionTotals: ReactionTotals
}

export class ReactionReads {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** What one person has chosen for these messages, as far as the room has their totals. */
  ownTo(userId: string, messageIds: readonly string[]): OwnReactions {
    const { reactionTotals } = this.#uses
    const inRoom = reactionTotals.of(messageIds)
    return Object.fromEntries(
      inRoom.map(({ message_id }) => [message_id, reactionTotals.sets.find(message_id, userId)]),
    )
  }

  /**
   * @param of the id of a person who needs no check, or who asks
   * @param wanted ids of messages, or all of a range
   */
  own(of: Holder | string, wanted: string[] | MessageRange): Outcome<OwnInRoom> {
    const { access, messages, reactionTotals } = this.#uses
    const refusal = typeof of === 'string' ? null : access.refusal(of)
    if (refusal) return { ok: false, refusal }
    const { ownMax } = reactionLimits
    const ids = Array.isArray(wanted)
      ? wanted
      : reactionTotals.between(wanted.from, wanted.to, ownMax)
    const isCut = !Array.isArray(wanted) && ids.length === ownMax
    return {
      ok: true,
      value: {
        known: this.ownTo(typeof of === 'string' ? of : of.member.id, ids),
        tailFrom: messages.oldestId,
        cutAt: isCut ? (ids.at(-1) ?? null) : null,
      },
    }
  }

  /** @returns null: only the archive has them */
  who(messageId: string, bounds: WhoBounds): ReactionSetOf[] | null {
    const { messages, reactionTotals } = this.#uses
    if (reactionTotals.find(messageId)) return reactionTotals.sets.page(messageId, bounds)
    const { oldestId } = messages
    return oldestId !== null && messageId >= oldestId ? [] : null
  }
}
