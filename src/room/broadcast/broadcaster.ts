// Tells everyone, in one order, with as few sends as possible: a frame that finds the line idle
// goes out at once; what comes while the line rests goes out together. A large crowd is told a part
// at a time, with a rest after each, so that what comes meanwhile is read, and joins the frames for
// those whose turn is still to come. Connections that take batches are told before plain ones, which
// cost a send for each frame. Work that will tell everyone can wait for the rest's end as well: then
// all of it costs the log one commit. It never awaits.

import type { RoomFrame } from '../../contract/frames.ts'
import { gapAfter, gapAfterReplays } from '../../domain/pace.ts'
import { countIn } from '../../domain/sliding-window.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection, ConnectionRegistry } from '../connections/registry.ts'
import type { Load } from '../limits/rate-limits.ts'
import { EphemeralBudget } from './ephemeral-budget.ts'
import { type Audience, PendingFrames } from './pending-frames.ts'
import { RoundRobin } from './round-robin.ts'

/** More than this does not wait, so that frames which nobody has judged yet stay within 13 MiB. */
const waitingMax = 200
/** How much is sent at a time, some 20 ms: to connections that take batches, and to plain ones. */
const part = { batching: 500, plainSends: 1_000 }
const everything: typeof part = {
  batching: Number.POSITIVE_INFINITY,
  plainSends: Number.POSITIVE_INFINITY,
}
/**
 * While more sends to plain connections than these are still to be done, or messages and changes took
 * them in the last second, they are not told what is not kept.
 */
const quietSends = 5_000
/** Milliseconds. */
const second = 1_000

type Uses = {
  /** Runs before anyone is told, or let in. */
  before: () => void
  /** Lets in as many of these as may be told at once, and gives the bytes that they were told. */
  admit: (joining: Iterable<Connection>) => number
  /** Runs when so many bytes have been sent to each socket. */
  sent: (bytes: number) => void
  /** Runs after so many bytes were told to newcomers, in all. */
  told: (bytes: number) => void
  /** Who is here now, as a frame. */
  roster: () => string
}

export class Broadcaster {
  readonly #connections: ConnectionRegistry
  readonly #clock: Clock
  readonly #uses: Uses
  readonly #batching: RoundRobin
  readonly #plain: RoundRobin
  readonly #budget = new EphemeralBudget()
  /** When everyone was told messages, changes and the like in the last second. */
  readonly #durable: number[] = []
  readonly #frames: PendingFrames
  #waiting: (() => void)[] = []
  #isWorking = false
  #restUntil = 0
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

  /** What one more event of an author costs, and what is still to be done for plain connections. */
  loadBy(userId: string): Load {
    const own = [...this.#connections.ofUser(userId)]
    return { ...this.#plainLoad(), isAuthorPlain: own.some(({ batching }) => !batching) }
  }

  #plainLoad(): Omit<Load, 'isAuthorPlain'> {
    const plainConnections = this.#connections.plain.size
    const pendingFrames = this.#frames.countForPlain(this.#plain.known)
    return { plainConnections, pendingSends: pendingFrames * plainConnections }
  }

  /** Tells everyone: now if the line is idle, else when it has rested. */
  tell(frame: RoomFrame): void {
    const now = this.#clock.now()
    countIn(this.#durable, now, second)
    this.#durable.push(now)
    this.#queue(frame, { about: null, to: 'all' })
  }

  /**
   * The same of what is not kept: someone came, left or types. Their own plain connections are spared.
   * Where plain connections cost too much, they do not hear of typing, and of who comes or goes later
   * by the whole roster.
   */
  tellOfPerson(frame: RoomFrame, userId: string): void {
    const now = this.#clock.now()
    const { plainConnections, pendingSends } = this.#plainLoad()
    const isBusy =
      pendingSends > quietSends ||
      countIn(this.#durable, now, second) * plainConnections > quietSends
    const isAffordable = !isBusy && this.#budget.charge(plainConnections, now)
    this.#queue(frame, { about: userId, to: isAffordable ? 'all' : 'batching' })
  }

  /** Runs work that tells everyone: now if the line is idle, else when it has rested. */
  inTurn(work: () => void): void {
    this.#waiting.push(work)
    if (this.#waiting.length >= waitingMax) this.catchUp()
    this.#go()
  }

  /** Runs what waits for its turn, so that what is done now comes after it. */
  catchUp(): void {
    const works = this.#waiting
    this.#waiting = []
    this.#isWorking = true
    try {
      for (const work of works) work()
    } finally {
      this.#isWorking = false
    }
  }

  /** Lets waiting newcomers in: now if the line is idle, else when it has rested. */
  admitSoon(): void {
    if (this.#connections.joining.size > 0) this.#go()
  }

  /** Lets this newcomer in, before any other. */
  admitNow(newcomer: Connection): void {
    this.#uses.before()
    this.#admit([newcomer])
  }

  /** Tells everyone everything now, then lets the newcomers in. */
  flush(): void {
    this.#tellNext(everything)
  }

  #queue(frame: RoomFrame, { about, to }: { about: string | null; to: Audience }): void {
    const { event } = frame
    this.#frames.push({ json: JSON.stringify(frame), event, about, to })
    this.#go()
  }

  #go(): void {
    if (this.#isWorking) return
    if (this.#clock.now() >= this.#restUntil) this.#tellNext(part)
    else this.#wakeAt(this.#restUntil)
  }

  /** An earlier time takes the place of a later one. */
  #wakeAt(at: number): void {
    if (this.#timer !== null && this.#timerAt <= at) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timerAt = at
    const afterMs = Math.max(0, at - this.#clock.now())
    this.#timer = setTimeout(() => this.#tellNext(part), afterMs)
  }

  /** Tells the next part, lets newcomers in, and rests. */
  #tellNext(atOnce: typeof part): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.catchUp()
    this.#uses.before()
    this.#addRoster()
    const { joining } = this.#connections
    const { sends, together } = this.#broadcast(atOnce)
    const waiting = joining.size
    const bytes = waiting > 0 ? this.#admit(joining) : 0
    const admitted = waiting - joining.size
    if (sends + admitted > 0) {
      const gap = gapAfter(together + admitted)
      this.#restUntil = this.#clock.now() + Math.max(gap, gapAfterReplays(bytes))
    }
    if (!this.#frames.isEmpty || joining.size > 0) this.#go()
    else if (this.#budget.rosterDueAt !== null) this.#wakeAt(this.#budget.rosterDueAt)
  }

  /** Plain connections that did not hear of everyone who came or went get to know who is here. */
  #addRoster(): void {
    const now = this.#clock.now()
    const { rosterDueAt } = this.#budget
    if (rosterDueAt === null || rosterDueAt > now) return
    this.#budget.settleRoster(now)
    const json = this.#uses.roster()
    this.#frames.push({ json, event: 'users_online', about: null, to: 'plain' })
  }

  /** They know all that is in the line: they are told how things are now. */
  #admit(joining: Iterable<Connection>): number {
    for (const connection of joining) connection.toldTo = this.#frames.end
    const bytes = this.#uses.admit(joining)
    this.#uses.told(bytes)
    return bytes
  }

  /** Tells a part of the connections what they do not know yet, and forgets what all know. */
  #broadcast(atOnce: typeof part): { sends: number; together: number } {
    const { end } = this.#frames
    const told = { sends: 0, together: 0 }
    const together = this.#frames.together()
    while (told.sends < atOnce.batching) {
      const connection = this.#batching.next(end)
      if (!connection) break
      const batch = together(connection.toldTo)
      batch.sendTo(connection)
      connection.toldTo = end
      told.sends += batch.sends
      if (batch.frames > 1) told.together++
    }
    const oneByOne = this.#frames.oneByOne()
    for (let sends = 0; sends < atOnce.plainSends; ) {
      const connection = this.#plain.next(end)
      if (!connection) break
      const batch = oneByOne(connection.toldTo)
      batch.sendTo(connection)
      connection.toldTo = end
      sends += batch.sends
      told.sends += batch.sends
    }
    const bytes = this.#frames.forget(Math.min(this.#batching.known, this.#plain.known))
    if (bytes > 0) this.#uses.sent(bytes)
    return told
  }
}
