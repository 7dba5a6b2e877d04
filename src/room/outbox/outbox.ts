// Brings the log to Postgres, behind everyone's back and for ever: one flight at a time, soon after
// something was written, and with a growing wait while Postgres is away.

import type { SetAside as Refused } from '../../contract/routes/admin.ts'
import { changedAt, type KeptMessage } from '../../domain/message.ts'
import type { OwnBounds } from '../../domain/own-messages.ts'
import { backOff, longestWaitMs } from '../../domain/pace.ts'
import { journalFault } from '../../journal.ts'
import { type Clock, dueWithin } from '../clock/clock.ts'
import type { Log } from '../log/log.ts'
import type { Meta } from '../log/meta.ts'
import type { Archive } from '../ports.ts'
import { DeadLetters } from './dead-letters.ts'
import { Flush } from './flush.ts'

/** How long a first dirty row waits for company, in milliseconds. */
const collectMs = 1_000
/** If a flight was lost with its isolate, the alarm comes back after this long. */
const flightMaxMs = 15_000
/** `/ready` counts no further: it is public, and the room has one thread. */
const countMax = 10_000
/** How many refused rows the operator is shown. */
const refusedMax = 1_000

export class Outbox {
  readonly #log: Log
  readonly #meta: Meta
  readonly #deadLetters: DeadLetters
  readonly #flushing: Flush
  readonly #clock: Clock
  #dueAt: number | null = null
  /** While a flight is under way: when to look again if it was lost. */
  #lostAt: number | null = null
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
    this.#flushing = new Flush({ sql, log, meta, archive, deadLetters: this.#deadLetters, clock })
    this.#error = meta.text('flush_error') || null
    if (!this.#flushing.hasWork) return
    // A room that slept while Postgres was away keeps the time that it had chosen, or each start
    // would put the next try off.
    const isAway = meta.number('flush_failures') > 0
    const retryAt = dueWithin(longestWaitMs, meta.number('flush_retry_at'), now)
    meta.set('flush_retry_at', retryAt)
    this.#dueAt = (isAway && retryAt) || now
  }

  get flushedSeq(): number {
    return this.#flushing.flushedSeq
  }

  /** When to call `flush`, in milliseconds; null: there is nothing to do. */
  get nextDue(): number | null {
    return this.#lostAt ?? this.#dueAt ?? this.#deadLetters.nextRetry
  }

  /** Something was written to the log, or someone left. */
  expect(now: number): void {
    this.#dueAt ??= now + collectMs
  }

  /** Rows were rewritten in place, without an event of their own. */
  noteRewrite(): void {
    this.#flushing.noteRewrite()
  }

  /** The alarm rang. true: it is time to flush. */
  rang(now: number): boolean {
    if (this.#lostAt !== null) {
      this.#lostAt = now + flightMaxMs
      return false
    }
    const due = this.nextDue
    return due !== null && due <= now
  }

  /** One flight. Errors of Postgres are kept and tried again; those of the storage are thrown. */
  async flush(): Promise<void> {
    this.#lostAt = this.#clock.now() + flightMaxMs
    this.#dueAt = null
    const { flushedSeq } = this
    try {
      const outage = await this.#flushing.run()
      this.#settleFlight(outage, this.flushedSeq > flushedSeq)
    } finally {
      this.#lostAt = null
      if (this.#flushing.hasWork) this.expect(this.#clock.now())
    }
  }

  /** @param isProgress some of it was written, so that waits begin anew */
  #settleFlight(outage: string | null, isProgress: boolean): void {
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

  /** What Postgres does not have yet. Times are milliseconds. */
  backlog(): { dirty: number; oldestAt: number | null; deadLetters: number; error: string | null } {
    const [oldest] = this.#log.changesAfter(this.flushedSeq)
    return {
      dirty: this.#log.countAfter(this.flushedSeq, countMax),
      oldestAt: oldest ? changedAt(oldest) : null,
      deadLetters: this.#deadLetters.count,
      error: this.#error,
    }
  }

  /** A user's messages that Postgres does not have as they are now; in the order of ids. */
  unwritten(userId: string, bounds: OwnBounds): KeptMessage[] {
    return this.#log
      .changesOf(userId, this.flushedSeq, bounds)
      .map(({ createdSeq, seq, ...message }) => message)
  }

  /** The first thousand of what Postgres refused. */
  refused(): Refused[] {
    return this.#deadLetters.list(refusedMax)
  }

  /** All that Postgres refused is tried again soon. */
  retryRefused(now: number): void {
    this.#deadLetters.hurry(now)
    this.expect(now)
  }
}
