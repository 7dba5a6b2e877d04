// Brings the log to Postgres, behind everyone's back: dirty rows in the order of their events, in
// few idempotent writes, one flight at a time, for ever. What Postgres refuses is set aside.

import { changedAt } from '../domain/message.ts'
import { backOff } from '../domain/pace.ts'
import { journalFault } from '../journal.ts'
import type { Log, LoggedMessage } from './log.ts'
import type { Meta } from './meta.ts'
import type { Archive } from './parts.ts'
import { SetAside } from './set-aside.ts'

/** How long a first dirty row waits for company, in milliseconds. */
const collectMs = 1_000
const rowsMax = 2_000
const bytesMax = 4 * 1024 * 1024
/** If a flight was lost with its isolate, the alarm comes back after this long. */
const flightMaxMs = 15_000
/** How many rows that were set aside are tried again in one flight. */
const asideMax = 100
/** `/ready` counts no further: it is public, and the room has one thread. */
const countMax = 100_000

/** Data exceptions and violated constraints blame a row; anything else blames the archive. */
const blamesRow = (code: string) => /^2[23]\w{3}$/.test(code)

export class Outbox {
  readonly #storage: DurableObjectStorage
  readonly #log: Log
  readonly #meta: Meta
  readonly #archive: Archive
  readonly #setAside: SetAside
  #dueAt: number | null = null
  /** While a flight is under way: when to look again if it was lost. */
  #lostAt: number | null = null
  #error: string | null

  constructor(
    storage: DurableObjectStorage,
    { log, meta, archive }: { log: Log; meta: Meta; archive: Archive },
  ) {
    this.#storage = storage
    this.#log = log
    this.#meta = meta
    this.#archive = archive
    this.#setAside = new SetAside(storage.sql)
    this.#error = meta.text('flush_error') || null
    if (!this.#hasWork()) return
    const failures = meta.number('flush_failures')
    this.#dueAt = Date.now() + (failures > 0 ? backOff(failures, Math.random()) : 0)
  }

  get flushedSeq(): number {
    return this.#meta.number('flushed_seq')
  }

  /** When to call `flush`, in milliseconds; null: there is nothing to do. */
  get nextDue(): number | null {
    return this.#lostAt ?? this.#dueAt ?? this.#setAside.nextRetry
  }

  /** Something was written to the log, or someone left. */
  expect(now: number): void {
    this.#dueAt ??= now + collectMs
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
    this.#lostAt = Date.now() + flightMaxMs
    this.#dueAt = null
    try {
      this.#settleFlight((await this.#flushMessages()) ?? (await this.#flushDepartures()))
    } finally {
      this.#lostAt = null
      if (this.#hasWork()) this.expect(Date.now())
    }
  }

  #settleFlight(outage: string | null): void {
    this.#error = outage
    this.#meta.set('flush_error', outage ?? '')
    const failures = outage === null ? 0 : this.#meta.number('flush_failures') + 1
    this.#meta.set('flush_failures', failures)
    if (outage === null) return
    const waitMs = backOff(failures, Math.random())
    this.#dueAt = Date.now() + waitMs
    journalFault('archive_away', { code: outage, failures, wait_ms: waitMs })
  }

  /** What Postgres does not have yet. Times are milliseconds. */
  backlog(): { dirty: number; oldestAt: number | null; setAside: number; error: string | null } {
    const [oldest] = this.#log.changesAfter(this.flushedSeq)
    return {
      dirty: this.#count(
        'select count(*) as n from (select 1 from messages where seq > ? limit ?)',
        this.flushedSeq,
        countMax,
      ),
      oldestAt: oldest ? changedAt(oldest) : null,
      setAside: this.#setAside.count,
      error: this.#error,
    }
  }

  /** Everything up to the head of now. Gives the outage, if any. */
  async #flushMessages(): Promise<string | null> {
    const head = this.#log.position.seq
    while (this.flushedSeq < head) {
      const outage = await this.#write(this.#nextBatch())
      if (outage !== null) return outage
    }
    return this.#write(this.#refusedLongAgo())
  }

  #nextBatch(): LoggedMessage[] {
    const batch: LoggedMessage[] = []
    let bytes = 0
    for (const message of this.#log.changesAfter(this.flushedSeq)) {
      // At most three bytes of UTF-8 stand for one UTF-16 unit.
      bytes += message.content.length * 3
      if (batch.length === rowsMax || (bytes > bytesMax && batch.length > 0)) break
      batch.push(message)
    }
    return batch
  }

  #refusedLongAgo(): LoggedMessage[] {
    return (
      this.#setAside
        .due(Date.now(), asideMax)
        .flatMap((id) => this.#log.find(id) ?? [])
        // One that changed meanwhile is dirty: its turn comes in the order of the events.
        .filter(({ seq }) => seq <= this.flushedSeq)
    )
  }

  /**
   * Halves what Postgres refuses until the guilty rows stand alone. Each piece is settled at once,
   * so that an outage on the way costs nothing of it. Gives the outage, if any.
   */
  async #write(rows: LoggedMessage[]): Promise<string | null> {
    if (rows.length === 0) return null
    const fault = await this.#attempt(() => this.#archive.write(rows))
    if (fault === null) {
      this.#setAside.release(rows)
      this.#advance(rows)
      return null
    }
    if (!blamesRow(fault)) return fault
    const [only] = rows
    if (only && rows.length === 1) {
      this.#setAside.add(only.id, fault, Date.now())
      this.#advance(rows)
      return null
    }
    const half = rows.length >> 1
    return (await this.#write(rows.slice(0, half))) ?? (await this.#write(rows.slice(half)))
  }

  /** To the `seq` that was read, not to the head: a row that changed meanwhile is dirty again. */
  #advance(rows: LoggedMessage[]): void {
    this.#meta.set('flushed_seq', Math.max(this.flushedSeq, rows.at(-1)?.seq ?? 0))
  }

  async #flushDepartures(): Promise<string | null> {
    const departures = this.#storage.sql
      .exec<{ user_id: string; at: number }>(
        'select user_id, left_at as at from departures limit ?',
        rowsMax,
      )
      .toArray()
    if (departures.length === 0) return null
    const fault = await this.#attempt(() => this.#archive.writeLastSeen(departures))
    // A fault that is not an outage: a time of leaving is not worth blocking the messages for.
    if (fault !== null && !blamesRow(fault)) return fault
    for (const { user_id, at } of departures)
      this.#storage.sql.exec(
        'delete from departures where user_id = ? and left_at = ?',
        user_id,
        at,
      )
    return null
  }

  /** The code of what went wrong, or null. Only errors of the archive are caught here. */
  async #attempt(write: () => Promise<void>): Promise<string | null> {
    try {
      await write()
      return null
    } catch (error) {
      return this.#archive.faultCode(error)
    }
  }

  #hasWork(): boolean {
    return (
      this.#log.position.seq > this.flushedSeq ||
      this.#count('select count(*) as n from (select 1 from departures limit 1)') > 0
    )
  }

  #count(query: string, ...values: SqlStorageValue[]): number {
    return this.#storage.sql.exec<{ n: number }>(query, ...values).one().n
  }
}
