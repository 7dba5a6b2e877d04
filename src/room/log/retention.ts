// How much of its past the log may forget.

import type { Erasures } from './erasures.ts'
import type { MessageEvents } from './message-events.ts'

/** How much is kept beyond what Postgres still lacks. */
export type Retention = {
  messagesMin: number
  ageMinMs: number
  /** Wins over both. */
  eventsMax: number
  /** How many events may be forgotten at once: the room hears nothing meanwhile. */
  stepMax: number
}

/** `seq`s of the log: of its latest event, and up to where it was pruned before. */
type Extent = { head: number; prunedSeq: number }

/** The `seq` up to which everything has outlived its time, or is too much. */
export function outdatedSeq(
  { events, erasures }: { events: MessageEvents; erasures: Erasures },
  now: number,
  { head, prunedSeq }: Extent,
  keep: Retention,
): number {
  const freshFrom = now - keep.ageMinMs
  const freshSeq = Math.min(
    events.firstSince(prunedSeq, freshFrom) ?? head + 1,
    erasures.firstSince(prunedSeq, freshFrom) ?? head + 1,
  )
  const outdated = Math.min(events.createdBefore(keep.messagesMin), freshSeq - 1)
  return Math.max(outdated, head - keep.eventsMax)
}
