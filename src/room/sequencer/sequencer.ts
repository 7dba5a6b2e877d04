// The room's single writer: applies commands in the order in which they arrive, each in a transaction
// of its own, and sends their events. Commands that arrive in the gap after a broadcast are applied
// together at its end, in one commit. A command that throws costs only its own caller.

import type { RoomFrame } from '../../contract/frames.ts'
import { errorFields, logError } from '../../logger.ts'
import type { Admission } from '../broadcast/admission.ts'
import { type Broadcaster, stepMax, unlimited } from '../broadcast/broadcaster.ts'
import type { Notices } from '../broadcast/notices.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection } from '../connections/connection.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { Log } from '../log/log.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Presence } from '../presence/presence.ts'
import type { Outcome } from '../rpc.ts'
import { type Command, refused } from './command.ts'
import { Pacing } from './pacing.ts'

/** More commands do not wait, so that frames which no limit has checked stay within 13 MiB. */
const waitingMax = 200

type Uses = {
  clock: Clock
  log: Log
  outbox: Outbox
  presence: Presence
  connections: ConnectionRegistry
  broadcaster: Broadcaster
  admission: Admission
  notices: Notices
}

export class Sequencer {
  readonly #uses: Uses
  readonly #pacing: Pacing
  /** Each applies a command, or passes on an ephemeral event. */
  #waiting: (() => void)[] = []
  #isApplying = false

  constructor(uses: Uses) {
    this.#uses = uses
    this.#pacing = new Pacing(uses.clock, () => this.#runStep(stepMax))
  }

  /** Applies the commands that wait, and then this one. Throws what the command throws. */
  now<T>(command: Command<T>): Outcome<T> {
    this.#applyWaiting()
    const outcome = this.#apply(command)
    this.#stepSoon()
    return outcome
  }

  /**
   * Applies a command at once if no gap is running, else after the gap.
   * @param done gets the outcome: `unavailable` if the command throws
   */
  soon<T>(command: Command<T>, done: (outcome: Outcome<T>) => void): void {
    this.#enqueue(() => {
      let outcome: Outcome<T>
      try {
        outcome = this.#apply(command)
      } catch (error) {
        logError('command_failed', errorFields(error))
        outcome = refused({ code: 'unavailable' }).outcome
      }
      done(outcome)
    })
  }

  /** Broadcasts an ephemeral event of a user, before the events of the commands that wait. */
  announce(frame: RoomFrame, userId: string): void {
    this.#uses.broadcaster.pushEphemeral(frame, userId)
    this.#stepSoon()
  }

  /** Broadcasts an ephemeral event of a user, after the events of the commands that wait. */
  announceInTurn(frame: RoomFrame, userId: string): void {
    this.#enqueue(() => this.#uses.broadcaster.pushEphemeral(frame, userId))
  }

  /** Admits the joining connections: at once if no gap is running, else after the gap. */
  admitSoon(): void {
    if (this.#uses.connections.joining.size > 0) this.#stepSoon()
  }

  /** Admits this connection now, before the other joining ones. */
  admitNow(connection: Connection): void {
    this.#uses.presence.save()
    this.#uses.admission.admit([connection])
  }

  /** Sends all events to all connections now, in one step. Then admits joining ones. */
  broadcastNow(): void {
    this.#runStep(unlimited)
  }

  #enqueue(entry: () => void): void {
    this.#waiting.push(entry)
    if (this.#waiting.length >= waitingMax) this.#applyWaiting()
    this.#stepSoon()
  }

  #applyWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const apply of waiting) {
      try {
        apply()
      } catch (error) {
        // An error while an answer is sent must not cost the commands behind it.
        logError('answer_failed', errorFields(error))
      }
    }
  }

  /** The platform holds back all frames until what the command wrote is durable. */
  #apply<T>(command: Command<T>): Outcome<T> {
    if (this.#isApplying) throw new Error('A command must not apply another command.')
    const { clock, log, outbox, broadcaster, notices } = this.#uses
    const { seq } = log.position
    this.#isApplying = true
    try {
      const { outcome, events = [], notices: told = [], onSuccess } = log.transaction(command)
      onSuccess?.()
      // What is told to single users is written without an event.
      if (log.position.seq > seq || told.length > 0) outbox.schedule(clock.now())
      for (const event of events) broadcaster.push(event)
      for (const notice of told) notices.send(notice)
      return outcome
    } finally {
      this.#isApplying = false
    }
  }

  #stepSoon(): void {
    if (!this.#hasWork) return
    if (this.#pacing.isInGap) this.#pacing.wakeAfterGap()
    else this.#runStep(stepMax)
  }

  get #hasWork(): boolean {
    const { broadcaster, connections } = this.#uses
    return this.#waiting.length > 0 || broadcaster.hasPending || connections.joining.size > 0
  }

  /** Applies what waits, runs one step of the broadcast, and admits connections after it. */
  #runStep(max: typeof stepMax): void {
    const { presence, broadcaster, admission, connections } = this.#uses
    this.#pacing.cancelWake()
    this.#applyWaiting()
    presence.save()
    const { sends, batchedConnections } = broadcaster.sendStep(max)
    const admitted = admission.admit(connections.joining)
    if (sends + admitted.connections > 0)
      this.#pacing.startGap({
        batchedConnections: batchedConnections + admitted.connections,
        replayBytes: admitted.bytes,
      })
    if (this.#hasWork) this.#stepSoon()
    else if (broadcaster.rosterDueAt !== null) this.#pacing.wakeAt(broadcaster.rosterDueAt)
  }
}
