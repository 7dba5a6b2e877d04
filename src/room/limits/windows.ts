// The sliding windows of all users for one rule, in memory.

import type { Refusal } from '../../contract/problems.ts'
import { charge, type WindowRule } from '../../domain/sliding-window.ts'

export class Windows {
  readonly rule: WindowRule
  readonly #times = new Map<string, number[]>()

  constructor(rule: WindowRule) {
    this.rule = rule
  }

  of(userId: string): number[] {
    const existing = this.#times.get(userId)
    if (existing) return existing
    const times: number[] = []
    this.#times.set(userId, times)
    return times
  }

  charge(userId: string, now: number): Refusal | null {
    const wait = charge(this.of(userId), now, this.rule)
    return wait > 0 ? { code: 'rate_limited', retryAfterMs: wait } : null
  }

  removeIdle(now: number): void {
    for (const [userId, times] of this.#times)
      if ((times.at(-1) ?? 0) <= now - this.rule.windowMs) this.#times.delete(userId)
  }
}
