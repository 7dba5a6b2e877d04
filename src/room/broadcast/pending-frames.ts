// The frames that some connection was not sent yet, numbered from the start of the room, and how they
// are encoded: once for all connections that lack the same ones.

import { Buffer } from 'node:buffer'
import type { RoomFrame } from '../../contract/frames.ts'
import type { Clock } from '../clock/clock.ts'
import { type Batch, batchOneByOne, batchTogether, type Encoded } from './batch.ts'
import type { EphemeralBudget } from './ephemeral-budget.ts'

type Pending = Encoded & {
  event: RoomFrame['event']
  bytes: number
  to: Audience
}

/** Which connections get a frame: all, only those that take batches, or only the plain ones. */
export type Audience = 'all' | 'batching' | 'plain'

/** How many sends may go into telling plain connections of everyone in a batch who comes or goes. */
const passageSendsMax = 1_000

const isPassage = ({ event }: Pick<Pending, 'event'>) =>
  event === 'user_joined' || event === 'user_left'

type Uses = {
  clock: Clock
  budget: EphemeralBudget
  /** Who is here now, as a frame. */
  roster: () => string
  /** How many connections get one frame a send. */
  plainConnections: () => number
}

export class PendingFrames {
  readonly #uses: Uses
  #frames: Pending[] = []
  /** The number of the first one. */
  #first = 0
  /** Of rosters that plain connections got in the place of frames. */
  #rosterBytes = 0

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /** The number that the next frame will have. */
  get end(): number {
    return this.#first + this.#frames.length
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0
  }

  push(frame: Omit<Pending, 'bytes'>): void {
    this.#frames.push({ ...frame, bytes: Buffer.byteLength(frame.json) })
  }

  /** How many frames plain connections lack from a number on, but for joins and leaves. */
  countForPlain(from: number): number {
    let count = 0
    for (let at = from - this.#first; at < this.#frames.length; at++) {
      const frame = this.#frames[at]
      if (frame && frame.to !== 'batching' && !isPassage(frame)) count++
    }
    return count
  }

  /** What connections that take batches lack from a number on. Made once for each number. */
  together(): (from: number) => Batch {
    return this.#once((frames) => batchTogether(frames.filter(({ to }) => to !== 'plain')))
  }

  /** The same for plain connections. */
  oneByOne(): (from: number) => Batch {
    return this.#once((frames) => batchOneByOne(this.#forPlain(frames)))
  }

  /** Every connection was sent the frames before this number. Gives their bytes. */
  forget(end: number): number {
    const known = this.#frames.splice(0, end - this.#first)
    this.#first = end
    const bytes = known.reduce((sum, { bytes }) => sum + bytes, this.#rosterBytes)
    this.#rosterBytes = 0
    return bytes
  }

  #once(encode: (frames: Pending[]) => Batch): (from: number) => Batch {
    const batches = new Map<number, Batch>()
    return (from) => {
      const batch = batches.get(from) ?? encode(this.#frames.slice(from - this.#first))
      batches.set(from, batch)
      return batch
    }
  }

  /** Of a crowd plain connections hear who is here now: each one of it would cost N² sends. */
  #forPlain(all: Pending[]): Encoded[] {
    const { clock, budget, roster, plainConnections } = this.#uses
    const frames = all.filter(({ to }) => to !== 'batching')
    const connections = plainConnections()
    const passages = all.filter(isPassage)
    const areSpared = passages.some(({ to }) => to === 'batching')
    const areMany = passages.length > 1 && passages.length * connections > passageSendsMax
    if (!areSpared && !areMany) return frames
    const others = frames.filter((frame) => !isPassage(frame))
    if (!budget.takeRoster(connections, clock.now())) return others
    const json = roster()
    this.#rosterBytes += Buffer.byteLength(json)
    // A roster of before would come after this one, and stay.
    return [{ json, about: null }, ...others.filter(({ event }) => event !== 'users_online')]
  }
}
