// Defines an event kind: one table of rows, each with its latest state and the number of its latest
// event. The log, replays, the outbox, retention and erasure loop over the kinds and name none.

import type { RoomFrame } from '../../contract/frames.ts'
import type { DeadLetter } from '../../contract/room-report.ts'
import type { ErasureMode } from '../../contract/values.ts'
import type { ArchiveRow } from '../../domain/archive-row.ts'

/** How much the log keeps besides the events that Postgres still lacks. */
export type Retention = {
  messagesMin: number
  ageMinMs: number
  /** Takes precedence over both. */
  eventsMax: number
  /** How many events may be pruned at once: the room handles nothing else meanwhile. */
  stepMax: number
}

export type EventRow = {
  /** The number of the row's latest event. */
  seq: number
}

/** The order of a replay: what exists, then how it has changed, then everything else. */
export const replayRanks = { created: 0, changed: 1, other: 2 } as const

export type ReplayedFrame = {
  rank: (typeof replayRanks)[keyof typeof replayRanks]
  /** Sorts frames of the same rank; equal ones stay in the order of their events. */
  order: string
  frame: RoomFrame
}

/** How rows of a kind are archived. */
export interface ArchivedKind<R extends EventRow> {
  /** @returns undefined if the row has expired: it counts as written */
  toArchive(row: R): ArchiveRow | undefined
  /** Names a row among the dead letters of all kinds. */
  deadLetterKey(row: R): string
  /** @returns undefined also for a key of another kind */
  findDeadLetter(key: string): R | undefined
  /** The fields of a dead letter that the operator sees. */
  describe(row: R): Pick<DeadLetter, 'message_id' | 'user_id' | 'revision'>
  /** How many rows changed after `seq`, counted up to `max`. */
  countAfter(seq: number, max: number): number
  /** When the row last changed, in milliseconds. */
  changedAt(row: R): number
}

export interface EventKind<R extends EventRow = EventRow> {
  readonly name: string
  /** The number of the latest event of all rows; 0: there are none. */
  latest(): number
  /** The rows that changed after `seq`, in event order. Must not be held across an await. */
  after(seq: number): Iterable<R>
  /** The first event after `seq` that happened at `ms` or later. */
  firstSince(seq: number, ms: number): number | null
  /** The `seq` up to which the retention does not need the rows. */
  prunableSeq(keep: Retention): number
  /** Prunes the rows whose latest event is `upTo` or earlier, except for dead letters. */
  prune(upTo: number, now: number): void
  /**
   * Deletes rows of messages below this id, also dead letters and rows that the archive lacks.
   * @returns the keys of dead letters that the deleted rows may have had
   */
  expire(before: string, max: number): string[]
  /**
   * Takes what is left after a prune out of the log's contiguous part: it stays to be archived, and no
   * replay has it.
   */
  detach(): void
  /**
   * The frame that brings a client up to date which has all events up to `since`; null: the welcome of
   * each connection tells it.
   */
  replay(row: R, since: number): ReplayedFrame | null
  /** Removes a user from the rows, without new events. @returns how many rows were rewritten */
  eraseUser(userId: string, mode: ErasureMode, now: number): number
  /** Copies the state that is only in memory. @returns a function that restores it after a rollback */
  snapshot(): () => void
  /** null: the rows are not archived. */
  readonly archived: ArchivedKind<R> | null
}

/** A row that changed, and its kind. */
export type Change = { kind: EventKind; row: EventRow }
