// Sends events to all connections, in one order, and keeps a minimum gap between two broadcasts.
// It guarantees that a welcomed connection gets each durable event once, in the order of `seq`.
// It must never await, and it knows nothing of the rules for messages.

import type { RoomFrame } from '../../contract/frames.ts'
import { gapAfter, gapAfterReplays } from '../../domain/pacing.ts'
import { countIn } from '../../domain/sliding-window.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection, ConnectionRegistry } from '../connections/registry.ts'
import type { Load } from '../limits/rate-limits.ts'
import { EphemeralBudget } from './ephemeral-budget.ts'
import { type Audience, PendingFrames } from './pending-frames.ts'
import { RoundRobin } from './round-robin.ts'

/** More commands do not wait, so that frames which no limit has checked stay within 13 MiB. */
const queuedCommandsMax = 200
/**
 * How many WebSocket messages one step of a broadcast sends, which takes some 20 ms. A large crowd
 * gets a broadcast in several steps with a gap after each. The room reads new frames in those gaps,
 * and they join the batches of the connections that are still to come.
 */
const stepMax = { batching: 500, plain: 1_000 }
const unlimited: typeof stepMax = {
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
  /** Runs before each broadcast and before each admission. */
  beforeBroadcast: () => void
  /** Admits as many of these as may be welcomed at once, and gives the bytes of their welcomes. */
  admit: (joining: Iterable<Connection>) => number
  /** Runs after every connection was sent so many bytes of broadcast frames. */
  onBroadcast: (bytes: number) => void
  /** Runs after joining connections were sent so many bytes of welcomes, in all. */
  onWelcome: (bytes: number) => void
  /** The users who are online now, as an encoded frame. */
  roster: () => string
}

export class Broadcaster {
  readonly #connections: ConnectionRegistry
  readonly #clock: Clock
  readonly #uses: Uses
  readonly #batching: RoundRobin
  readonly #plain: RoundRobin
  readonly #budget = new EphemeralBudget()
  /** Times of the events of the last second that are not ephemeral, oldest first. */
  readonly #eventTimes: number[] = []
  readonly #frames: PendingFrames
  #queuedCommands: (() => void)[] = []
  #isApplying = false
  #gapEndsAt = 0
  #timer: ReturnType<typeof setTimeout> | null = null
  #timerAt = 0

  constructor(connections: ConnectionRegistry, clock: Clock, uses: Uses) {
    this.#connections = connections
    this.#clock = clock
    this.#uses = uses
    this.#batching = new RoundRobin(() => connections.batching)
    this.#plain = new RoundRobin(() => connections.plain)
    this.#frames = new PendingFrames({
      clock,
      budget: this.#budget,
      roster: uses.roster,
      plainConnections: () => connections.plain.size,
    })
  }

  /** The cost of one more event by this author, and the pending sends to plain connections. */
  loadBy(userId: string): Load {
    const own = [...this.#connections.ofUser(userId)]
    return { ...this.#plainLoad(), isAuthorPlain: own.some(({ batching }) => !batching) }
  }

  #plainLoad(): Omit<Load, 'isAuthorPlain'> {
    const plainConnections = this.#connections.plain.size
    const pendingFrames = this.#frames.countForPlain(this.#plain.sentTo)
    return { plainConnections, pendingSends: pendingFrames * plainConnections }
  }

  /** Sends an event to all connections: at once if no gap is running, else after the gap. */
  broadcast(frame: RoomFrame): void {
    const now = this.#clock.now()
    countIn(this.#eventTimes, now, second)
    this.#eventTimes.push(now)
    this.#queue(frame, { aboutUserId: null, audience: 'all' })
  }

  /**
   * Does the same for an ephemeral event: a user joined, left or is typing. The plain connections
   * of that user do not get it. Where plain connections would cost too many sends, none of them
   * gets typing, and they learn of joins and leaves later, from the whole roster.
   */
  broadcastEphemeral(frame: RoomFrame, userId: string): void {
    const now = this.#clock.now()
    const { plainConnections, pendingSends } = this.#plainLoad()
    const isBusy =
      pendingSends > ephemeralPauseSends ||
      countIn(this.#eventTimes, now, second) * plainConnections > ephemeralPauseSends
    const isAffordable = !isBusy && this.#budget.charge(plainConnections, now)
    this.#queue(frame, { aboutUserId: userId, audience: isAffordable ? 'all' : 'batching' })
  }

  /**
   * Runs a command that broadcasts: at once if no gap is running, else after the gap. Commands that
   * wait for the same gap cost the log one commit together.
   */
  enqueueCommand(command: () => void): void {
    this.#queuedCommands.push(command)
    if (this.#queuedCommands.length >= queuedCommandsMax) this.applyQueuedCommands()
    this.#broadcastOrWait()
  }

  /** Runs the queued commands now, so that the caller's own command comes after them. */
  applyQueuedCommands(): void {
    const commands = this.#queuedCommands
    this.#queuedCommands = []
    this.#isApplying = true
    try {
      for (const command of commands) command()
    } finally {
      this.#isApplying = false
    }
  }

  /** Admits the joining connections: at once if no gap is running, else after the gap. */
  admitSoon(): void {
    if (this.#connections.joining.size > 0) this.#broadcastOrWait()
  }

  /** Admits this connection now, before the other joining ones. */
  admitNow(connection: Connection): void {
    this.#uses.beforeBroadcast()
    this.#admit([connection])
  }

  /** Sends all pending frames to all connections now, in one step. Then admits joining ones. */
  broadcastPending(): void {
    this.#runStep(unlimited)
  }

  #queue(
    frame: RoomFrame,
    { aboutUserId, audience }: { aboutUserId: string | null; audience: Audience },
  ): void {
    const { event } = frame
    this.#frames.push({ json: JSON.stringify(frame), event, aboutUserId, audience })
    this.#broadcastOrWait()
  }

  #broadcastOrWait(): void {
    if (this.#isApplying) return
    if (this.#clock.now() >= this.#gapEndsAt) this.#runStep(stepMax)
    else this.#wakeAt(this.#gapEndsAt)
  }

  /** An earlier time replaces a later one. */
  #wakeAt(at: number): void {
    if (this.#timer !== null && this.#timerAt <= at) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timerAt = at
    const afterMs = Math.max(0, at - this.#clock.now())
    this.#timer = setTimeout(() => this.#runStep(stepMax), afterMs)
  }

  /** Runs one step of a broadcast, admits joining connections, and starts the next gap. */
  #runStep(max: typeof stepMax): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.applyQueuedCommands()
    this.#uses.beforeBroadcast()
    this.#pushDueRoster()
    const { joining } = this.#connections
    const { sends, batched } = this.#sendPending(max)
    const joiningBefore = joining.size
    const bytes = joiningBefore > 0 ? this.#admit(joining) : 0
    const admitted = joiningBefore - joining.size
    if (sends + admitted > 0) {
      const gap = gapAfter(batched + admitted)
      this.#gapEndsAt = this.#clock.now() + Math.max(gap, gapAfterReplays(bytes))
    }
    if (!this.#frames.isEmpty || joining.size > 0) this.#broadcastOrWait()
    else if (this.#budget.rosterDueAt !== null) this.#wakeAt(this.#budget.rosterDueAt)
  }

  /** The roster tells plain connections of the joins and leaves that they were not sent. */
  #pushDueRoster(): void {
    const now = this.#clock.now()
    const { rosterDueAt } = this.#budget
    if (rosterDueAt === null || rosterDueAt > now) return
    this.#budget.noteRosterSent(now)
    const json = this.#uses.roster()
    this.#frames.push({ json, event: 'users_online', aboutUserId: null, audience: 'plain' })
  }

  /** The welcome contains the state after all pending frames, so those are skipped for them. */
  #admit(joining: Iterable<Connection>): number {
    for (const connection of joining) connection.sentTo = this.#frames.end
    const bytes = this.#uses.admit(joining)
    this.#uses.onWelcome(bytes)
    return bytes
  }

  /**
   * Sends the pending frames to the next connections, and drops the frames that all of them have.
   * Batching connections come first, because plain ones cost a send for each frame.
   */
  #sendPending(max: typeof stepMax): { sends: number; batched: number } {
    const { end } = this.#frames
    const sent = { sends: 0, batched: 0 }
    const batchFrom = this.#frames.batchesForBatching()
    while (sent.sends < max.batching) {
      const connection = this.#batching.next(end)
      if (!connection) break
      const batch = batchFrom(connection.sentTo)
      batch.sendTo(connection)
      connection.sentTo = end
      sent.sends += batch.sends
      if (batch.frames > 1) sent.batched++
    }
    const plainBatchFrom = this.#frames.batchesForPlain()
    for (let sends = 0; sends < max.plain; ) {
      const connection = this.#plain.next(end)
      if (!connection) break
      const batch = plainBatchFrom(connection.sentTo)
      batch.sendTo(connection)
      connection.sentTo = end
      sends += batch.sends
      sent.sends += batch.sends
    }
    const bytes = this.#frames.dropBefore(Math.min(this.#batching.sentTo, this.#plain.sentTo))
    if (bytes > 0) this.#uses.onBroadcast(bytes)
    return sent
  }
}
