// The room's log: one row per message, in the room's own SQLite, written before anyone is told.
// The same rows are the outbox, the resume log and the newest part of the history.

import type { Position } from '../../contract/entities.ts'
import type { Remains } from '../../contract/routes/accounts.ts'
import { erasedName } from '../../contract/values.ts'
import type { Overlay, Shown, Tail } from '../../domain/history.ts'
import { firstIdAt, idTime, nextId } from '../../domain/ids.ts'
import type { KeptMessage } from '../../domain/message.ts'
import type { OwnBounds } from '../../domain/own-messages.ts'
import { type Erasure, Erasures } from './erasures.ts'
import { HistoryPages } from './history-pages.ts'
import { MessageEvents } from './message-events.ts'
import { columns, fromRow, type LoggedMessage, type Row } from './message-row.ts'
import type { Meta } from './meta.ts'
import { outdatedSeq, type Retention } from './retention.ts'

export class Log {
  readonly epoch: string
  /** The log was made by this very start of the room. */
  readonly isNew: boolean
  readonly #sql: SqlStorage
  readonly #meta: Meta
  readonly #events: MessageEvents
  readonly #erasures: Erasures
  readonly #pages: HistoryPages
  #head: number
  #lastId: string | null
  /** Where the contiguous tail begins: below it only what changed lately, or was refused, is left. */
  #tailFrom: string | null

  constructor(sql: SqlStorage, meta: Meta) {
    this.#sql = sql
    this.#meta = meta
    this.#events = new MessageEvents(sql)
    this.#erasures = new Erasures(sql)
    this.#pages = new HistoryPages({ sql, events: this.#events, erasures: this.#erasures })
    const epoch = meta.text('epoch')
    this.isNew = epoch === null
    this.epoch = epoch ?? crypto.randomUUID()
    meta.set('epoch', this.epoch)
    // The latest event is never pruned, so the rows know the head.
    this.#head = Math.max(this.#events.latest(), this.#erasures.latest())
    this.#lastId =
      this.#one<{ id: string }>('select id from messages order by id desc limit 1')?.id ?? null
    this.#tailFrom = this.#findTail()
  }

  get position(): Position {
    return { epoch: this.epoch, seq: this.#head }
  }

  get prunedSeq(): number {
    return this.#meta.number('pruned_seq')
  }

  /** When the newest message was made, by its id, in milliseconds; 0: there is none. */
  get newestAt(): number {
    return this.#lastId === null ? 0 : idTime(this.#lastId)
  }

  newId(now: number): string {
    return nextId(this.#lastId, now, crypto.getRandomValues(new Uint8Array(8)))
  }

  /** Takes a new message in. Gives its `seq`. */
  append(message: KeptMessage): number {
    const seq = this.#head + 1
    this.#sql.exec(
      'insert into messages values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...columns(message, { createdSeq: seq, seq }),
    )
    this.#head = seq
    this.#lastId = message.id
    this.#tailFrom ??= message.id
    return seq
  }

  /** Takes the new state of a message, which the log holds or only the archive did. */
  revise(message: KeptMessage): number {
    const seq = this.#head + 1
    this.#sql.exec(
      `insert into messages values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (id) do update set content = excluded.content, updated_at = excluded.updated_at,
         is_deleted = excluded.is_deleted, revision = excluded.revision, seq = excluded.seq`,
      ...columns(message, { createdSeq: 0, seq }),
    )
    this.#head = seq
    return seq
  }

  /**
   * Ends an account: its rows lose their name or are deleted, and the whole is one event.
   * @returns null where nothing was left to do
   */
  erase(userId: string, remains: Remains, now: number): Erasure | null {
    const known = this.#erasures.of(userId)
    const isRewritten = this.#erasures.rewrite(userId, remains, now)
    const isSettled = known?.remains === 'delete' || known?.remains === remains
    if (isSettled && !isRewritten) return null
    const erasure = {
      seq: this.#head + 1,
      user_id: userId,
      // What is deleted stays so.
      remains: known?.remains === 'delete' ? 'delete' : remains,
      at: now,
    } satisfies Erasure
    this.#erasures.keep(erasure)
    this.#head = erasure.seq
    return erasure
  }

  /** As it is signed today: the archive may not know yet that the account has ended. */
  signed<M extends KeptMessage>(message: M): M {
    return this.#erasures.of(message.user_id) ? { ...message, username: erasedName } : message
  }

  find(id: string): LoggedMessage | undefined {
    const row = this.#one<Row>('select * from messages where id = ?', id)
    return row && fromRow(row)
  }

  /**
   * The room's part of a history page: what is older than `before`.
   * @param flushedSeq up to where Postgres has everything but what it refused
   */
  tail(before: string | null, limit: number, flushedSeq: number): Tail {
    const { position: session } = this
    return this.#pages.tail(before, limit, { session, tailFrom: this.#tailFrom, flushedSeq })
  }

  /** What became of the messages of a page while Postgres was asked for it. */
  overlay(shown: Shown[]): Overlay {
    return this.#pages.overlay(shown)
  }

  /**
   * Who sent when, not before `since` (ms), oldest first: the send windows of a room that restarted. At
   * most the newest `max`.
   */
  sendsSince(since: number, max: number): { user_id: string; id: string }[] {
    return this.#sql
      .exec<{ user_id: string; id: string }>(
        'select user_id, id from messages where id >= ? order by id desc limit ?',
        firstIdAt(since),
        max,
      )
      .toArray()
      .reverse()
  }

  /** What changed after `seq`, in the order of the events. Whoever has enough stops reading. */
  changesAfter(seq: number): Iterable<LoggedMessage> {
    return this.#events.after(seq)
  }

  /** How many messages changed after `seq`, counted up to `max`. */
  countAfter(seq: number, max: number): number {
    return this.#events.countAfter(seq, max)
  }

  /** Which accounts ended after `seq`, in the order of the events. */
  erasuresAfter(seq: number): Erasure[] {
    return this.#erasures.after(seq)
  }

  /** What changed after `seq` of one user's, and what Postgres refused of it; in the order of ids. */
  changesOf(userId: string, seq: number, bounds: OwnBounds): LoggedMessage[] {
    return this.#events.of(userId, seq, bounds)
  }

  /**
   * Forgets the oldest events that Postgres has. Never the newest message, and nothing that
   * Postgres refused.
   * @param flushedSeq up to where Postgres has everything
   * @returns whether there is more to forget
   */
  prune(now: number, flushedSeq: number, keep: Retention): boolean {
    const newest = this.#lastId === null ? undefined : this.find(this.#lastId)
    if (!newest) return false
    const past = { events: this.#events, erasures: this.#erasures }
    const extent = { head: this.#head, prunedSeq: this.prunedSeq }
    const wanted = Math.min(outdatedSeq(past, now, extent, keep), flushedSeq, newest.seq - 1)
    const to = Math.min(wanted, this.prunedSeq + keep.stepMax)
    if (to <= this.prunedSeq) return false
    // First: rows below are garbage wherever an error leaves them, while a client that resumes from
    // above would take rows that are missing for all that there were.
    this.#meta.set('pruned_seq', to)
    this.#tailFrom = this.#findTail()
    this.#events.forget(to)
    this.#erasures.forget(to, now)
    return to < wanted
  }

  #findTail(): string | null {
    return (
      this.#one<{ id: string }>(
        'select id from messages where created_seq > ? order by id limit 1',
        this.prunedSeq,
      )?.id ?? null
    )
  }

  #one<R extends Record<string, SqlStorageValue>>(
    query: string,
    ...values: SqlStorageValue[]
  ): R | undefined {
    return this.#sql.exec<R>(query, ...values).toArray()[0]
  }
}
