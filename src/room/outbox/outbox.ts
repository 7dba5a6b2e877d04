// Writes the log to Postgres in the background: one flush at a time, soon after each change, and
// with growing waits while Postgres is unavailable. It never gives up. No command may wait for it.

import type { DeadLetter } from '../../contract/room-report.ts'
import type { Alarm } from '../clock/alarm.ts'
import type { Clock } from '../clock/clock.ts'
import type { Log } from '../log/log.ts'
import type { MarkedRows } from '../log/marked-table.ts'
import type { Meta } from '../log/meta.ts'
import type { Archive } from '../ports.ts'
import { includeNewKinds } from './archived-kinds.ts'
import { DeadLetters } from './dead-letters.ts'
import { dirtyRows } from './dirty-rows.ts'
import { Flush } from './flush.ts'
import { FlushRetries } from './flush-retries.ts'
import type { OutboxFence } from './outbox-fence.ts'

/** How long the first dirty row waits for others, in milliseconds. */
const collectMs = 1_000
/**
 * While a flush runs, the alarm is armed this far ahead, in case the flush is lost with its
 * isolate.
 */
const flushGuardMs = 15_000
/** How long one call of the operator may flush, in milliseconds. */
const flushNowMs = 20_000
/** The most dead letters that the operator is shown. */
const deadLettersMax = 1_000

type Uses = {
  log: Log
  markedTables?: readonly MarkedRows[]
  meta: Meta
  archive: Archive
  clock: Clock
  alarm: Pick<Alarm, 'set'>
  /** To be called when a flush finds that the storage of the room was set back. */
  onSetBack?: () => void
}

export class Outbox {
  readonly #log: Log
  readonly #markedTables: readonly MarkedRows[]
  readonly #deadLetters: DeadLetters
  readonly #flush: Flush
  readonly #clock: Clock
  readonly #alarm: Pick<Alarm, 'set'>
  readonly #onSetBack: () => void
  #dueAt: number | null = null
  /** While a flush runs: when to check again, in case it was lost. */
  #guardAt: number | null = null
  #running: Promise<void> | null = null
  readonly #retries: FlushRetries

  constructor({ sql }: DurableObjectStorage, uses: Uses) {
    const { log, meta, archive, clock, alarm, markedTables = [], onSetBack = () => {} } = uses
    this.#log = log
    this.#markedTables = markedTables
    this.#clock = clock
    this.#alarm = alarm
    this.#onSetBack = onSetBack
    includeNewKinds(log, meta)
    const now = clock.now()
    this.#deadLetters = new DeadLetters(sql, { kinds: log.kinds, markedTables }, now)
    const deadLetters = this.#deadLetters
    this.#flush = new Flush({ sql, log, markedTables, meta, archive, deadLetters, clock })
    this.#retries = new FlushRetries(meta)
    if (this.#flush.hasWork) this.#dueAt = this.#retries.firstTryAt(now)
    this.#setAlarm()
  }

  /** Knows what this log has written, so there must be only one. */
  get fence(): OutboxFence {
    return this.#flush.fence
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
    if (this.#dueAt !== null) return
    this.#dueAt = now + collectMs
    this.#setAlarm()
  }

  #setAlarm(): void {
    this.#alarm.set('flush', this.nextDue)
  }

  /** Must be called when rows were rewritten in place, without an event of their own. */
  noteRewrite(): void {
    this.#flush.noteRewrite()
  }

  /**
   * Flushes at once, dead letters too.
   * @returns whether Postgres has everything up to the time of the call, except dead letters
   */
  async flushNow(): Promise<boolean> {
    const target = this.#log.position.seq
    const deadline = this.#clock.now() + flushNowMs
    // Of several callers that waited, each finds whether another one has begun the next flush. So this
    // loop must be here, and not in a call.
    while (this.#running) await this.#running.catch(() => {})
    this.#deadLetters.makeAllDue(this.#clock.now())
    do await this.flush()
    while (this.#retries.error === null && this.flushedSeq < target && this.#clock.now() < deadline)
    return this.#retries.error === null && this.flushedSeq >= target
  }

  /** Resolves when no flush is running. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running.catch(() => {})
  }

  /** Writes everything that the log has again. `flushed_seq` must be 0 already. */
  writeAgain(): void {
    this.noteRewrite()
    this.#retries.recordProgress()
    this.#dueAt = this.#clock.now()
    this.#setAlarm()
  }

  /** Must be called when the alarm fires. @returns whether it is time to flush */
  alarmFired(now: number): boolean {
    if (this.#guardAt !== null) {
      this.#guardAt = now + flushGuardMs
      this.#setAlarm()
      return false
    }
    const due = this.nextDue
    return due !== null && due <= now
  }

  /**
   * Runs one flush. After an error of Postgres it is retried; an error of the storage is thrown.
   */
  flush(): Promise<void> {
    this.#running = this.#flushOnce().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #flushOnce(): Promise<void> {
    this.#guardAt = this.#clock.now() + flushGuardMs
    this.#dueAt = null
    this.#setAlarm()
    const { flushedSeq } = this
    try {
      const outage = await this.#flush.run()
      if (this.flushedSeq > flushedSeq) this.#retries.recordProgress()
      const now = this.#clock.now()
      const waitMs = this.#retries.record(outage, now)
      if (waitMs !== null) this.#dueAt = now + waitMs
      if (outage === 'room_set_back') this.#onSetBack()
    } finally {
      this.#guardAt = null
      if (this.#flush.hasWork) this.schedule(this.#clock.now())
      this.#setAlarm()
    }
  }

  /** Describes the rows that Postgres does not have yet. Times are in milliseconds. */
  backlog(): { dirty: number; oldestAt: number | null; deadLetters: number; error: string | null } {
    return {
      ...dirtyRows(this.#log, this.#markedTables, this.flushedSeq),
      deadLetters: this.#deadLetters.count,
      error: this.#retries.error,
    }
  }

  /** The first thousand dead letters. */
  listDeadLetters(): DeadLetter[] {
    return this.#deadLetters.list(deadLettersMax)
  }

  /** Must be called when these rows were deleted. */
  dropDeadLetters(keys: string[]): void {
    this.#deadLetters.remove(keys)
    this.#setAlarm()
  }

  /** Tries all dead letters again soon. */
  retryDeadLetters(now: number): void {
    this.#deadLetters.makeAllDue(now)
    this.schedule(now)
    this.#setAlarm()
  }
}
