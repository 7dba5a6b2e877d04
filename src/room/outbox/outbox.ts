// Writes the log to Postgres in the background: one flush at a time, soon after each change, and
// with growing waits while Postgres is unavailable. It never gives up. No command may wait for it.

import type { SetAside } from '../../contract/routes/admin.ts'
import { changedAt, type KeptMessage } from '../../domain/message.ts'
import type { OwnBounds } from '../../domain/own-messages.ts'
import { backOff, longestWaitMs } from '../../domain/pacing.ts'
import { journalFault } from '../../journal.ts'
import { type Clock, dueWithin } from '../clock/clock.ts'
import type { Log } from '../log/log.ts'
import type { Meta } from '../log/meta.ts'
import type { Archive } from '../ports.ts'
import { DeadLetters } from './dead-letters.ts'
import { Flush } from './flush.ts'

/** How long the first dirty row waits for others, in milliseconds. */
const collectMs = 1_000
/**
 * While a flush runs, the alarm is armed this far ahead, in case the flush is lost with its
 * isolate.
 */
const flushGuardMs = 15_000
/** `/ready` counts no further: it is public, and the room has one thread. */
const dirtyCountMax = 10_000
/** The most dead letters that the operator is shown. */
const deadLettersMax = 1_000

export class Outbox {
  readonly #log: Log
  readonly #meta: Meta
  readonly #deadLetters: DeadLetters
  readonly #flush: Flush
  readonly #clock: Clock
  #dueAt: number | null = null
  /** While a flush runs: when to check again, in case it was lost. */
  #guardAt: number | null = null
  #error: string | null

  constructor(
    { sql }: DurableObjectStorage,
    { log, meta, archive, clock }: { log: Log; meta: Meta; archive: Archive; clock: Clock },
  ) {
    this.#log = log
    this.#meta = meta
    this.#clock = clock
    const now = clock.now()
    this.#deadLetters = new DeadLetters(sql, now)
    this.#flush = new Flush({ sql, log, meta, archive, deadLetters: this.#deadLetters, clock })
    this.#error = meta.text('flush_error') || null
    if (!this.#flush.hasWork) return
    // A room that hibernated while Postgres was unavailable keeps the retry time that it had
    // chosen. Otherwise each start would postpone the next try.
    const isAway = meta.number('flush_failures') > 0
    const retryAt = dueWithin(longestWaitMs, meta.number('flush_retry_at'), now)
    meta.set('flush_retry_at', retryAt)
    this.#dueAt = (isAway && retryAt) || now
  }

  get flushedSeq(): number {
    return this.#flush.flushedSeq
  }

  /** When to call `flush`, in milliseconds; null: there is nothing to do. */
  get nextDue(): number | null {
    return this.#guardAt ?? this.#dueAt ?? this.#deadLetters.nextRetry
  }

  /** Schedules a flush. Must be called when the log was written to, or a user left. */
  schedule(now: number): void {
    this.#dueAt ??= now + collectMs
  }

  /** Must be called when rows were rewritten in place, without an event of their own. */
  noteRewrite(): void {
    this.#flush.noteRewrite()
  }

  /** Must be called when the alarm fires. @returns whether it is time to flush */
  alarmFired(now: number): boolean {
    if (this.#guardAt !== null) {
      this.#guardAt = now + flushGuardMs
      return false
    }
    const due = this.nextDue
    return due !== null && due <= now
  }

  /**
   * Runs one flush. After an error of Postgres it is retried; an error of the storage is thrown.
   */
  async flush(): Promise<void> {
    this.#guardAt = this.#clock.now() + flushGuardMs
    this.#dueAt = null
    const { flushedSeq } = this
    try {
      const outage = await this.#flush.run()
      this.#recordOutcome(outage, this.flushedSeq > flushedSeq)
    } finally {
      this.#guardAt = null
      if (this.#flush.hasWork) this.schedule(this.#clock.now())
    }
  }

  /** @param isProgress whether rows were written: then the waits begin again with the shortest */
  #recordOutcome(outage: string | null, isProgress: boolean): void {
    this.#error = outage
    this.#meta.set('flush_error', outage ?? '')
    const before = isProgress ? 0 : this.#meta.number('flush_failures')
    const failures = outage === null ? 0 : before + 1
    this.#meta.set('flush_failures', failures)
    if (outage === null) return
    const waitMs = backOff(failures, Math.random())
    this.#dueAt = this.#clock.now() + waitMs
    this.#meta.set('flush_retry_at', this.#dueAt)
    journalFault('archive_away', { code: outage, failures, wait_ms: waitMs })
  }

  /** Describes the rows that Postgres does not have yet. Times are in milliseconds. */
  backlog(): { dirty: number; oldestAt: number | null; deadLetters: number; error: string | null } {
    const [oldest] = this.#log.changesAfter(this.flushedSeq)
    return {
      dirty: this.#log.countAfter(this.flushedSeq, dirtyCountMax),
      oldestAt: oldest ? changedAt(oldest) : null,
      deadLetters: this.#deadLetters.count,
      error: this.#error,
    }
  }

  /** A user's messages whose current state Postgres does not have, in id order. */
  unwritten(userId: string, bounds: OwnBounds): KeptMessage[] {
    return this.#log
      .changesOfUser(userId, this.flushedSeq, bounds)
      .map(({ createdSeq, seq, ...message }) => message)
  }

  /** The first thousand dead letters. */
  listDeadLetters(): SetAside[] {
    return this.#deadLetters.list(deadLettersMax)
  }

  /** Tries all dead letters again soon. */
  retryDeadLetters(now: number): void {
    this.#deadLetters.makeAllDue(now)
    this.schedule(now)
  }
}
