// Decides whether a person may write: mutes, slow mode, who may post, links and the word list. It is asked
// when the command is applied, so what changed a moment before already holds.

import type { Member } from '../../contract/entities.ts'
import type { Refusal } from '../../contract/problems.ts'
import { establishedAt } from '../../domain/established.ts'
import { roleOf } from '../../domain/roles.ts'
import { hasLink } from '../../domain/text-links.ts'
import type { Clock } from '../clock/clock.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { WordTable } from '../log/private/word-list.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import type { RateLimits } from './rate-limits.ts'

type Uses = {
  clock: Clock
  roomSettings: RoomSettings
  restrictions: RestrictionTable
  words: WordTable
  rateLimits: Pick<RateLimits, 'slowMode'>
  establishedAfterMs: number
}

export class PostingRules {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** Why this person may not write anything now; null: they may. */
  refusalOfWriting({ id }: Pick<Member, 'id'>): Refusal | null {
    const { clock, roomSettings, restrictions } = this.#uses
    const mute = restrictions.muteRefusal(id, clock.wall())
    if (mute) return mute
    const { posting } = roomSettings.current
    if (posting === 'everyone' || this.#isStaff(id)) return null
    if (posting === 'moderators')
      return {
        code: 'posting_closed',
        detail: 'Only moderators may write in this room right now.',
      }
    return this.#refusalOfNewAccount(id, {
      code: 'posting_closed',
      detail: 'New accounts may not write in this room right now. Try again later.',
    })
  }

  /** @param arrivedAt in milliseconds of the room's clock */
  refusalOfSlowMode({ id }: Pick<Member, 'id'>, arrivedAt: number): Refusal | null {
    const { roomSettings, rateLimits } = this.#uses
    const { slow_mode_ms } = roomSettings.current
    if (slow_mode_ms === 0 || this.#isStaff(id)) return null
    const waitMs = rateLimits.slowMode.waitFor(id, arrivedAt, slow_mode_ms)
    if (waitMs === 0) return null
    const every = `The room is in slow mode: one message every ${slow_mode_ms / 1_000} seconds.`
    return { code: 'slow_mode', detail: every, retryAfterMs: waitMs }
  }

  refusalOfRoomMention({ id }: Pick<Member, 'id'>): Refusal | null {
    if (this.#isStaff(id)) return null
    return { code: 'forbidden', detail: 'Only moderators may mention the whole room.' }
  }

  /** Why this text is refused. It costs more than the other checks, so it is asked last. */
  refusalOfText({ id }: Pick<Member, 'id'>, content: string): Refusal | null {
    const { roomSettings, words } = this.#uses
    if (this.#isStaff(id)) return null
    const { links } = roomSettings.current
    if (links !== 'everyone' && hasLink(content)) {
      const detail = 'Only moderators may send links in this room right now.'
      if (links === 'moderators') return { code: 'content_refused', detail }
      const refusal = this.#refusalOfNewAccount(id, {
        code: 'content_refused',
        detail: 'New accounts may not send links in this room right now.',
      })
      if (refusal) return refusal
    }
    return words.matches(content) ? { code: 'content_refused' } : null
  }

  #isStaff(userId: string): boolean {
    return roleOf(this.#uses.roomSettings.current.staff, userId) !== 'member'
  }

  #refusalOfNewAccount(userId: string, refusal: Refusal): Refusal | null {
    const { clock, establishedAfterMs } = this.#uses
    const waitMs = (establishedAt(userId, establishedAfterMs) ?? 0) - clock.wall()
    return waitMs > 0 ? { ...refusal, retryAfterMs: waitMs } : null
  }
}
