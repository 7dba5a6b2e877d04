// The fence between the room's log and Postgres: what Postgres notes of the log that wrote to it, and
// what a difference between the two means.

/** Names a room among all that write to a database. */
export type RoomKey = { environment: string; room: string }

/** As Postgres has it. */
export type Fence = {
  epoch: string
  /** The epochs that the log had before. */
  formerEpochs: readonly string[]
  flushedSeq: number
}

/** What a log knows of its fence, and what it is about to write. */
export type FenceCheck = {
  epoch: string
  /** The epochs that the log had before. */
  formerEpochs: readonly string[]
  /** What the log wrote to the fence last. An answer may have been lost, so Postgres may have more. */
  knownSeq: number
  /** The highest event that the log can have written, if every answer of its writes was lost. */
  maybeWrittenSeq: number
  /** Postgres has every event up to this one when the transaction commits. */
  writtenSeq: number
  /** The log knows of no fence that it wrote, so it takes over whatever another log has left. */
  hasNoFence: boolean
}

/**
 * `postgres_set_back`: Postgres lacks what it had. `room_set_back`: the room's storage lacks what it
 * had. `other_room`: another log writes to this database under the same name.
 */
export type FenceFault = 'postgres_set_back' | 'room_set_back' | 'other_room'

/** The code of a write that was refused because of the fence, until it is known which fault it is. */
export const fenceMismatch = 'fence_mismatch'

/** What a log knows of the fence, for a comparison without a write. */
export type KnownFence = Omit<FenceCheck, 'writtenSeq'>

/** Whether the log lacks what it wrote, or the epoch that it has begun since. */
export function isSetBack(
  fence: Fence | undefined,
  { epoch, maybeWrittenSeq }: Pick<FenceCheck, 'epoch' | 'maybeWrittenSeq'>,
): boolean {
  if (!fence) return false
  if (fence.epoch === epoch) return fence.flushedSeq > maybeWrittenSeq
  return fence.formerEpochs.includes(epoch)
}

/** @returns null: they match */
export function fenceFault(
  fence: Fence | undefined,
  { epoch, knownSeq, maybeWrittenSeq, hasNoFence, formerEpochs }: KnownFence,
): FenceFault | null {
  if (isSetBack(fence, { epoch, maybeWrittenSeq })) return 'room_set_back'
  if (hasNoFence) return null
  // An epoch that this log had before a restore is a state of Postgres from before it, too.
  if (!fence || formerEpochs.includes(fence.epoch)) return 'postgres_set_back'
  if (fence.epoch !== epoch) return 'other_room'
  return fence.flushedSeq < knownSeq ? 'postgres_set_back' : null
}
