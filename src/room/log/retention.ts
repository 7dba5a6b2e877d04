// Decides how many of its oldest events the log may forget.

import type { Erasures } from './erasures.ts'
import type { MessageEvents } from './message-events.ts'

/** How much the log keeps besides the events that Postgres still lacks. */
export type Retention = {
  messagesMin: number
  ageMinMs: number
  /** Takes precedence over both. */
  eventsMax: number
  /** How many events may be forgotten at once: the room handles nothing else meanwhile. */
  stepMax: number
}

/** The `seq` of the latest event, and the `seq` up to which the log was pruned before. */
type LogState = { head: number; prunedSeq: number }

/** The `seq` up to which all events are too old or too many to keep. */
export function outdatedSeq(
  { events, erasures }: { events: MessageEvents; erasures: Erasures },
  now: number,
  { head, prunedSeq }: LogState,
  keep: Retention,
): number {
  const freshFrom = now - keep.ageMinMs
  const freshSeq = Math.min(
    events.firstSince(prunedSeq, freshFrom) ?? head + 1,
    erasures.firstSince(prunedSeq, freshFrom) ?? head + 1,
  )
  const outdated = Math.min(events.createdSeqAtOffset(keep.messagesMin), freshSeq - 1)
  return Math.max(outdated, head - keep.eventsMax)
}
