// What moderators have asked for and what was answered: the state that every place must agree on. Each
// thing that can be set has one moderator, who sets one value after the other.

import { RestrictionTimes } from '../../kit/restriction-times.ts'

export const initialSettings = {
  slow_mode_ms: 0,
  links: 'everyone',
  announcement: null as string | null,
}
export type Settings = typeof initialSettings

/** An answered call that the audit log must have. */
export type AnsweredCall = {
  action: string
  by: string
  target: string
  /** Tells this call from all others; null: the message does. */
  reason: string | null
  messageId: string | null
}

export type FiledReport = { messageId: string; reporterId: string; reason: string }

export class ModerationRecord {
  readonly restrictions = new RestrictionTimes()
  readonly settings: Settings = { ...initialSettings }
  words: string[] = []
  /** By user id. */
  readonly roles = new Map<string, 'owner' | 'moderator'>()
  /** Everybody who ever had a role. */
  readonly everStaff = new Set<string>()
  /** The latest first, also those that were deleted since. */
  pins: string[] = []
  readonly answered: AnsweredCall[] = []
  readonly filed: FiledReport[] = []
  /** By report id, as moderators have set them. */
  readonly statuses = new Map<string, string>()
  readonly #uncertain = new Set<string>()
  #endLater: (() => void)[] = []
  #reasons = 0

  /** A new round begins: no call of an earlier one can be under way any more. */
  settle(): void {
    this.#uncertain.clear()
    for (const end of this.#endLater) end()
    this.#endLater = []
  }

  nextReason(what: string): string {
    return `${what} ${++this.#reasons}`
  }

  /**
   * A try of a call had no answer, so it may be done after later calls. Its repetition did no harm; another
   * value would be undone. So the thing keeps its value until the next round.
   */
  keep(thing: string): void {
    this.#uncertain.add(thing)
  }

  mayChange(thing: string): boolean {
    return !this.#uncertain.has(thing)
  }

  /** @param end runs when no call of this round can be under way any more */
  whenSettled(end: () => void): void {
    this.#endLater.push(end)
  }

  setRole(userId: string, role: 'owner' | 'moderator' | 'member'): void {
    if (role === 'member') this.roles.delete(userId)
    else this.roles.set(userId, role)
  }
}
