// How long messages are kept.

import { firstIdAt } from './ids.ts'

const dayMs = 24 * 60 * 60_000

/**
 * The lowest id that is kept: all messages with lower ids have expired.
 * @param retentionDays 0: messages are kept for ever, and the answer is null
 */
export function expiredBefore(retentionDays: number, now: number): string | null {
  return retentionDays === 0 ? null : firstIdAt(Math.max(0, now - retentionDays * dayMs))
}
