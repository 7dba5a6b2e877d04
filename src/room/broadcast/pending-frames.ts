// Keeps the frames that some connection was not sent yet, numbered from the start of the room.
// Encodes them once for all connections that lack the same frames.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../../contract/frames.ts'
import type { Clock } from '../clock/clock.ts'
import { type Batch, batchAsArray, batchAsSingles, type Encoded } from './batch.ts'
import type { EphemeralBudget } from './ephemeral-budget.ts'

type Pending = Encoded & {
  event: RoomFrame['event']
  bytes: number
  audience: Audience
}

/** Which connections get a frame: all, only the batching ones, or only the plain ones. */
export type Audience = 'all' | 'batching' | 'plain'

/** Above this number of sends, plain connections get one roster and not each join and leave. */
const joinLeaveSendsMax = 1_000

const isJoinOrLeave = ({ event }: Pick<Pending, 'event'>) =>
  event === 'user_joined' || event === 'user_left'

type Uses = {
  clock: Clock
  budget: EphemeralBudget
  /** The users who are online now, as an encoded frame. */
  roster: () => string
  /** How many connections get each frame in a WebSocket message of its own. */
  plainConnections: () => number
}

export class PendingFrames {
  readonly #uses: Uses
  #frames: Pending[] = []
  #firstNumber = 0
  /** The bytes of the rosters that replaced joins and leaves since the last `dropBefore`. */
  #rosterBytes = 0

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** The number that the next frame will have. */
  get end(): number {
    return this.#firstNumber + this.#frames.length
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0
  }

  push(frame: Omit<Pending, 'bytes'>): void {
    this.#frames.push({ ...frame, bytes: Buffer.byteLength(frame.json) })
  }

  /** How many frames plain connections lack from a number on, without joins and leaves. */
  countForPlain(from: number): number {
    let count = 0
    for (let at = from - this.#firstNumber; at < this.#frames.length; at++) {
      const frame = this.#frames[at]
      if (frame && frame.audience !== 'batching' && !isJoinOrLeave(frame)) count++
    }
    return count
  }

  /** Gives the batch for batching connections that lack the frames from a number on. */
  batchesForBatching(): (from: number) => Batch {
    return this.#cached((frames) =>
      batchAsArray(frames.filter(({ audience }) => audience !== 'plain')),
    )
  }

  /** Gives the same for plain connections. */
  batchesForPlain(): (from: number) => Batch {
    return this.#cached((frames) => batchAsSingles(this.#forPlain(frames)))
  }

  /** Drops the frames before this number, which all connections have. Gives their bytes. */
  dropBefore(end: number): number {
    const dropped = this.#frames.splice(0, end - this.#firstNumber)
    this.#firstNumber = end
    const bytes = dropped.reduce((sum, { bytes }) => sum + bytes, this.#rosterBytes)
    this.#rosterBytes = 0
    return bytes
  }

  /** Makes each batch once, however many connections lack the same frames. */
  #cached(encode: (frames: Pending[]) => Batch): (from: number) => Batch {
    const batches = new Map<number, Batch>()
    return (from) => {
      const batch = batches.get(from) ?? encode(this.#frames.slice(from - this.#firstNumber))
      batches.set(from, batch)
      return batch
    }
  }

  /** A crowd of N that joins would cost N² sends, so a roster replaces its joins and leaves. */
  #forPlain(all: Pending[]): Encoded[] {
    const { clock, budget, roster, plainConnections } = this.#uses
    const frames = all.filter(({ audience }) => audience !== 'batching')
    const connections = plainConnections()
    const joinsAndLeaves = all.filter(isJoinOrLeave)
    const isSomeSkipped = joinsAndLeaves.some(({ audience }) => audience === 'batching')
    const isCrowd =
      joinsAndLeaves.length > 1 && joinsAndLeaves.length * connections > joinLeaveSendsMax
    if (!isSomeSkipped && !isCrowd) return frames
    const others = frames.filter((frame) => !isJoinOrLeave(frame))
    if (!budget.requestRoster(connections, clock.now())) return others
    const json = roster()
    this.#rosterBytes += Buffer.byteLength(json)
    // An older roster among the pending frames would arrive after this one and replace it.
    return [{ json, aboutUserId: null }, ...others.filter(({ event }) => event !== 'users_online')]
  }
}
