// Decides up to which event the log is pruned.

import type { EventKind, Retention } from './event-kind.ts'

/** The log is pruned at each tick, so a minute of a full room comes on top of `eventsMax`. */
export const defaultRetention: Retention = {
  messagesMin: 2_000,
  ageMinMs: 10 * 60_000,
  eventsMax: 38_000,
  stepMax: 20_000,
}

/** The `seq` of the latest event, and the `seq` up to which the log was pruned before. */
type LogState = { head: number; prunedSeq: number }

/** The `seq` up to which all events are too old or too many to keep. */
export function pruneTarget(
  kinds: readonly EventKind[],
  now: number,
  { head, prunedSeq }: LogState,
  keep: Retention,
): number {
  const recentFrom = now - keep.ageMinMs
  const bounds = kinds.flatMap((kind) => [
    kind.prunableSeq(keep),
    (kind.firstSince(prunedSeq, recentFrom) ?? head + 1) - 1,
  ])
  return Math.max(Math.min(...bounds), head - keep.eventsMax)
}
