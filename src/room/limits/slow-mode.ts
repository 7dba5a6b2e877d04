// Remembers when each user last sent a message, for the time that the room may have to wait for the next.

import { moderationLimits } from '../../contract/moderation.ts'

export class SlowMode {
  readonly #lastSends = new Map<string, number>()

  noteSend(userId: string, at: number): void {
    this.#lastSends.set(userId, Math.max(at, this.#lastSends.get(userId) ?? 0))
  }

  /** Milliseconds until this user may send again; 0: now. */
  waitFor(userId: string, now: number, slowModeMs: number): number {
    const last = this.#lastSends.get(userId)
    return last === undefined ? 0 : Math.max(0, last + slowModeMs - now)
  }

  removeIdle(now: number): void {
    for (const [userId, last] of this.#lastSends)
      if (now - last >= moderationLimits.slowModeMaxMs) this.#lastSends.delete(userId)
  }
}
