// Decides of which time neither the room nor a Postgres that was set back has the messages.

import type { Fence } from './fence.ts'
import { idTime } from './ids.ts'

/** In milliseconds. Messages and changes between the two are lost. */
export type MissingRange = {
  /** The newest message of Postgres; null: it has none. */
  after: number | null
  /** The oldest message from which on the log has everything. */
  before: number
}

/** What the room's log has. */
export type LogExtent = {
  epoch: string
  /** It has all events after this one. */
  prunedSeq: number
  /** The oldest message from which on it has everything; null: it has none. */
  oldestId: string | null
  /** It never pruned a message, and none existed before it. */
  isWhole: boolean
}

/** What Postgres has. */
export type ArchiveExtent = { fence: Fence | undefined; newestId: string | null }

/** @returns null: together they have everything */
export function missingRange(
  { epoch, prunedSeq, oldestId, isWhole }: LogExtent,
  { fence, newestId }: ArchiveExtent,
  now: number,
): MissingRange | null {
  if (isWhole) return null
  if (fence?.epoch === epoch && fence.flushedSeq >= prunedSeq) return null
  // Messages are archived in the order of their ids.
  if (oldestId !== null && newestId !== null && newestId >= oldestId) return null
  return {
    after: newestId === null ? null : idTime(newestId),
    before: oldestId === null ? now : idTime(oldestId),
  }
}
