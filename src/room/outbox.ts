// Brings the log to Postgres, behind everyone's back: dirty rows in the order of their events, in
// few idempotent writes, one flight at a time, for ever. What Postgres refuses is set aside.

import { changedAt, type KeptMessage } from '../domain/message.ts'
import { backOff } from '../domain/pace.ts'
import { journalFault } from '../journal.ts'
import type { Log, LoggedMessage } from './log.ts'
import type { Meta } from './meta.ts'
import type { Archive } from './parts.ts'

/** How long a first dirty row waits for company, in milliseconds. */
const collectMs = 1_000
const rowsMax = 2_000
const bytesMax = 4 * 1024 * 1024
/** If a flight was lost with its isolate, the alarm comes back after this long. */
const flightMaxMs = 15_000
const retryAsideMs = 24 * 60 * 60 * 1000

type Refused = { id: string; code: string }

/** Data exceptions and violated constraints blame a row; anything else blames the archive. */
const blamesRow = (code: string) => /^2[23]\w{3}$/.test(code)

export class Outbox {
  readonly #storage: DurableObjectStorage
  readonly #log: Log
  readonly #meta: Meta
  readonly #archive: Archive
  #dueAt: number | null = null
  #inFlight = false
  #error: string | null = null

  constructor(
    storage: DurableObjectStorage,
    { log, meta, archive }: { log: Log; meta: Meta; archive: Archive },
  ) {
    this.#storage = storage
    this.#log = log
    this.#meta = meta
    this.#archive = archive
    if (this.#hasWork()) this.#dueAt = Date.now()
  }

  get flushedSeq(): number {
    return this.#meta.number('flushed_seq')
  }

  /** When to call `flush`, in milliseconds; null: there is nothing to do. */
  get nextDue(): number | null {
    if (this.#inFlight) return Date.now() + flightMaxMs
    return this.#dueAt ?? this.#nextRetry()
  }

  /** Something was written to the log, or someone left. */
  expect(now: number): void {
    if (!this.#inFlight) this.#dueAt ??= now + collectMs
  }

  isDue(now: number): boolean {
    const due = this.nextDue
    return !this.#inFlight && due !== null && due <= now
  }

  /** One flight. Errors of Postgres are kept and tried again; those of the storage are thrown. */
  async flush(): Promise<void> {
    this.#inFlight = true
    this.#dueAt = null
    const outage = (await this.#flushMessages()) ?? (await this.#flushDepartures())
    this.#inFlight = false
    this.#error = outage
    const now = Date.now()
    if (outage === null) {
      this.#meta.set('flush_failures', 0)
      this.#dueAt = this.#hasWork() ? now + collectMs : null
      return
    }
    const failures = this.#meta.number('flush_failures') + 1
    this.#meta.set('flush_failures', failures)
    const waitMs = backOff(failures, Math.random())
    this.#dueAt = now + waitMs
    journalFault('archive_away', { code: outage, failures, wait_ms: waitMs })
  }

  /** What Postgres does not have yet. Times are milliseconds. */
  backlog(): { dirty: number; oldestAt: number | null; setAside: number; error: string | null } {
    let oldest: LoggedMessage | undefined
    this.#log.changesAfter(this.flushedSeq, (message) => {
      oldest = message
      return false
    })
    return {
      dirty: this.#count('select count(*) as n from messages where seq > ?', this.flushedSeq),
      oldestAt: oldest ? changedAt(oldest) : null,
      setAside: this.#count('select count(*) as n from set_aside'),
      error: this.#error,
    }
  }

  async #flushMessages(): Promise<string | null> {
    for (;;) {
      const { fresh, again } = this.#nextBatch()
      const rows = [...fresh, ...again]
      if (rows.length === 0) return null
      const refused: Refused[] = []
      const outage = await this.#write(rows, refused)
      if (outage !== null) return outage
      this.#settle(rows, refused)
      // The last `seq` that was read, not the head: a row that changed meanwhile is dirty again.
      this.#meta.set('flushed_seq', fresh.at(-1)?.seq ?? this.flushedSeq)
      if (fresh.length < rowsMax) return null
    }
  }

  #nextBatch(): { fresh: LoggedMessage[]; again: LoggedMessage[] } {
    let rows = 0
    let bytes = 0
    const fresh = this.#log.changesAfter(this.flushedSeq, ({ content }) => {
      // At most three bytes of UTF-8 stand for one UTF-16 unit.
      bytes += content.length * 3
      return ++rows <= rowsMax && (bytes <= bytesMax || rows === 1)
    })
    const again = this.#storage.sql
      .exec<{ id: string }>(
        'select id from set_aside where retry_at <= ? limit ?',
        Date.now(),
        rowsMax - fresh.length,
      )
      .toArray()
      .map(({ id }) => this.#log.find(id))
      .filter((row) => row !== undefined && row.seq <= this.flushedSeq)
    return { fresh, again: again as LoggedMessage[] }
  }

  /** Halves what Postgres refuses until the guilty rows stand alone. Gives the outage, if any. */
  async #write(rows: KeptMessage[], refused: Refused[]): Promise<string | null> {
    const fault = await this.#attempt(() => this.#archive.write(rows))
    if (fault === null) return null
    if (!blamesRow(fault)) return fault
    const [only] = rows
    if (only && rows.length === 1) {
      refused.push({ id: only.id, code: fault })
      return null
    }
    const half = rows.length >> 1
    return (
      (await this.#write(rows.slice(0, half), refused)) ??
      (await this.#write(rows.slice(half), refused))
    )
  }

  #settle(rows: KeptMessage[], refused: Refused[]): void {
    const { sql } = this.#storage
    if (this.#count('select count(*) as n from set_aside') > 0)
      for (const { id } of rows) sql.exec('delete from set_aside where id = ?', id)
    for (const { id, code } of refused) {
      sql.exec('insert into set_aside values (?, ?, ?)', id, code, Date.now() + retryAsideMs)
      journalFault('row_set_aside', { message_id: id, code })
    }
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

  #nextRetry(): number | null {
    const [row] = this.#storage.sql
      .exec<{ at: number | null }>('select min(retry_at) as at from set_aside')
      .toArray()
    return row?.at ?? null
  }

  #count(query: string, ...values: SqlStorageValue[]): number {
    return this.#storage.sql.exec<{ n: number }>(query, ...values).one().n
  }
}
