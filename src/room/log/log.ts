// The room's log: one row per message in the room's own SQLite, written before the broadcast. The
// same rows are the outbox, the source of replays and the newest part of the history.

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
  /** This start of the room created the log. */
  readonly isNew: boolean
  readonly #sql: SqlStorage
  readonly #meta: Meta
  readonly #events: MessageEvents
  readonly #erasures: Erasures
  readonly #pages: HistoryPages
  #head: number
  #lastId: string | null
  /**
   * The oldest id of the contiguous tail. Below it only recent changes and dead letters are left.
   */
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
    // The latest event is never pruned, so the highest `seq` of all rows is the head.
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

  /** When the newest message was created, by its id, in milliseconds; 0: there is none. */
  get newestAt(): number {
    return this.#lastId === null ? 0 : idTime(this.#lastId)
  }

  newId(now: number): string {
    return nextId(this.#lastId, now, crypto.getRandomValues(new Uint8Array(8)))
  }

  /** Adds a new message. @returns its `seq` */
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

  /**
   * Stores the new state of a message that was in the log or only in the archive.
   * @returns its `seq`
   */
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
   * Erases an account: removes the name from its rows or deletes them, all as one event.
   * @returns null when nothing was left to do
   */
  erase(userId: string, remains: Remains, now: number): Erasure | null {
    const known = this.#erasures.find(userId)
    const isRewritten = this.#erasures.rewriteMessages(userId, remains, now)
    const isSettled = known?.remains === 'delete' || known?.remains === remains
    if (isSettled && !isRewritten) return null
    const erasure = {
      seq: this.#head + 1,
      user_id: userId,
      // Deleted messages stay deleted.
      remains: known?.remains === 'delete' ? 'delete' : remains,
      at: now,
    } satisfies Erasure
    this.#erasures.save(erasure)
    this.#head = erasure.seq
    return erasure
  }

  /** Removes the name if the account was erased, which the archive may not know yet. */
  withCurrentName<M extends KeptMessage>(message: M): M {
    return this.#erasures.find(message.user_id) ? { ...message, username: erasedName } : message
  }

  find(id: string): LoggedMessage | undefined {
    const row = this.#one<Row>('select * from messages where id = ?', id)
    return row && fromRow(row)
  }

  /**
   * The room's part of a history page: the messages that are older than `before`.
   * @param flushedSeq Postgres has every event up to this one, except for dead letters
   */
  tail(before: string | null, limit: number, flushedSeq: number): Tail {
    const { position: session } = this
    return this.#pages.tail(before, limit, { session, tailFrom: this.#tailFrom, flushedSeq })
  }

  /** The changes to the messages of a page since it was read. */
  overlay(shown: Shown[]): Overlay {
    return this.#pages.overlay(shown)
  }

  /**
   * The author and the id of each send since `since` (ms), oldest first and at most the newest
   * `max`. They restore the send windows after a restart.
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

  /** The messages that changed after `seq`, in event order. The caller may stop reading early. */
  changesAfter(seq: number): Iterable<LoggedMessage> {
    return this.#events.after(seq)
  }

  /** How many messages changed after `seq`, counted up to `max`. */
  countAfter(seq: number, max: number): number {
    return this.#events.countAfter(seq, max)
  }

  /** The erasures after `seq`, in event order. */
  erasuresAfter(seq: number): Erasure[] {
    return this.#erasures.after(seq)
  }

  /** A user's messages that changed after `seq` or are dead letters, in id order. */
  changesOfUser(userId: string, seq: number, bounds: OwnBounds): LoggedMessage[] {
    return this.#events.ofUser(userId, seq, bounds)
  }

  /**
   * Forgets the oldest events that Postgres has, but never the newest message and no dead letter.
   * @param flushedSeq Postgres has every event up to this one
   * @returns whether there is more to forget
   */
  prune(now: number, flushedSeq: number, keep: Retention): boolean {
    const newest = this.#lastId === null ? undefined : this.find(this.#lastId)
    if (!newest) return false
    const tables = { events: this.#events, erasures: this.#erasures }
    const state = { head: this.#head, prunedSeq: this.prunedSeq }
    const target = Math.min(outdatedSeq(tables, now, state, keep), flushedSeq, newest.seq - 1)
    const to = Math.min(target, this.prunedSeq + keep.stepMax)
    if (to <= this.prunedSeq) return false
    // This is written first. If an error follows, the rows that are left below it do no harm. In
    // the other order a client could resume from among deleted rows, and take the rest for all that
    // it missed.
    this.#meta.set('pruned_seq', to)
    this.#tailFrom = this.#findTail()
    this.#events.forget(to)
    this.#erasures.forget(to, now)
    return to < target
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
