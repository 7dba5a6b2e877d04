// Sends events to all connections, in one order. It guarantees that a live connection gets each
// durable event once, in the order of `seq`. It must never await, and it contains no rules.

import type { RoomFrame } from '../../contract/frames.ts'
import { countIn } from '../../domain/sliding-window.ts'
import type { Clock } from '../clock/clock.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { SlowConsumers } from '../connections/slow-consumers.ts'
import type { Load } from '../limits/rate-limits.ts'
import type { Presence } from '../presence/presence.ts'
import { EphemeralBudget } from './ephemeral-budget.ts'
import { PendingFrames } from './pending-frames.ts'
import { RoundRobin } from './round-robin.ts'

/**
 * How many WebSocket messages one step of a broadcast sends, which takes some 20 ms. A large crowd
 * gets a broadcast in several steps with a gap after each. The room reads new frames in those gaps,
 * and they join the batches of the connections that are still to come.
 */
export const stepMax = { batching: 500, plain: 1_000 }
export const unlimited: typeof stepMax = {
  batching: Number.POSITIVE_INFINITY,
  plain: Number.POSITIVE_INFINITY,
}
/**
 * Plain connections get no ephemeral events while more sends to them than this are pending, or
 * while the other events of the last second took more sends than this.
 */
const ephemeralPauseSends = 5_000
/** Milliseconds. */
const second = 1_000

type Uses = {
  clock: Clock
  connections: ConnectionRegistry
  presence: Pick<Presence, 'roster'>
  slowConsumers: Pick<SlowConsumers, 'countBroadcast'>
}

export class Broadcaster {
  readonly #uses: Uses
  readonly #batching: RoundRobin
  readonly #plain: RoundRobin
  readonly #budget = new EphemeralBudget()
  /** Times of the events of the last second that are not ephemeral, oldest first. */
  readonly #eventTimes: number[] = []
  readonly #frames: PendingFrames

  constructor(uses: Uses) {
    this.#uses = uses
    const { clock, connections, presence } = uses
    this.#batching = new RoundRobin(() => connections.batching)
    this.#plain = new RoundRobin(() => connections.plain)
    this.#frames = new PendingFrames({
      clock,
      budget: this.#budget,
      roster: () => presence.roster(),
      plainConnections: () => connections.plain.size,
    })
  }

  get hasPending(): boolean {
    return !this.#frames.isEmpty
  }

  /** The number that the next frame will have. */
  get nextFrame(): number {
    return this.#frames.end
  }

  /** When plain connections are to get the roster, in milliseconds; null: they are up to date. */
  get rosterDueAt(): number | null {
    return this.#budget.rosterDueAt
  }

  /** The cost of one more event by this author, and the pending sends to plain connections. */
  loadBy(userId: string): Load {
    const own = [...this.#uses.connections.ofUser(userId)]
    return { ...this.plainLoad(), isAuthorPlain: own.some(({ batching }) => !batching) }
  }

  /** What one more event costs now. */
  plainLoad(): Omit<Load, 'isAuthorPlain'> {
    const plainConnections = this.#uses.connections.plain.size
    const pendingFrames = this.#frames.countForPlain(this.#plain.sentTo)
    return { plainConnections, pendingSends: pendingFrames * plainConnections }
  }

  /** Takes an event for all connections. */
  push(frame: RoomFrame): void {
    const now = this.#uses.clock.now()
    countIn(this.#eventTimes, now, second)
    this.#eventTimes.push(now)
    this.#frames.push({
      json: JSON.stringify(frame),
      event: frame.event,
      aboutUserId: null,
      audience: 'all',
    })
  }

  /**
   * Takes an ephemeral event: a user joined, left or is typing. The plain connections of that user
   * do not get it. Where plain connections would cost too many sends, none of them gets typing, and
   * they learn of joins and leaves later, from the whole roster.
   */
  pushEphemeral(frame: RoomFrame, userId: string): void {
    const now = this.#uses.clock.now()
    const { plainConnections, pendingSends } = this.plainLoad()
    const isBusy =
      pendingSends > ephemeralPauseSends ||
      countIn(this.#eventTimes, now, second) * plainConnections > ephemeralPauseSends
    const isAffordable = !isBusy && this.#budget.charge(plainConnections, now)
    this.#frames.push({
      json: JSON.stringify(frame),
      event: frame.event,
      aboutUserId: userId,
      audience: isAffordable ? 'all' : 'batching',
    })
  }

  /**
   * Sends the pending frames to the next connections, and drops the frames that all of them have.
   * Batching connections come first, because plain ones cost a send for each frame.
   */
  sendStep(max: typeof stepMax): { sends: number; batchedConnections: number } {
    this.#pushDueRoster()
    const { end } = this.#frames
    let sends = 0
    let batchedConnections = 0
    const batchFrom = this.#frames.batchesForBatching()
    while (sends < max.batching) {
      const connection = this.#batching.next(end)
      if (!connection) break
      const batch = batchFrom(connection.state.sentTo)
      batch.sendTo(connection)
      connection.state.sentTo = end
      sends += batch.sends
      if (batch.frames > 1) batchedConnections++
    }
    sends += this.#sendToPlain(max.plain)
    const bytes = this.#frames.dropBefore(Math.min(this.#batching.sentTo, this.#plain.sentTo))
    if (bytes > 0) this.#uses.slowConsumers.countBroadcast(bytes, this.#uses.clock.now())
    return { sends, batchedConnections }
  }

  #sendToPlain(max: number): number {
    const { end } = this.#frames
    const batchFrom = this.#frames.batchesForPlain()
    let sends = 0
    while (sends < max) {
      const connection = this.#plain.next(end)
      if (!connection) break
      const batch = batchFrom(connection.state.sentTo)
      batch.sendTo(connection)
      connection.state.sentTo = end
      sends += batch.sends
    }
    return sends
  }

  /** The roster replaces the joins and leaves that plain connections were not sent. */
  #pushDueRoster(): void {
    const { clock, presence } = this.#uses
    const now = clock.now()
    const { rosterDueAt } = this.#budget
    if (rosterDueAt === null || rosterDueAt > now) return
    this.#budget.noteRosterSent(now)
    const json = presence.roster()
    this.#frames.push({ json, event: 'users_online', aboutUserId: null, audience: 'plain' })
  }
}
