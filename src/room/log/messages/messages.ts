// The kind of event for messages: one row per message with its latest state, written before the
// broadcast. The same rows are the outbox, the source of replays and the newest part of the history.

import type { Position } from '../../../contract/entities.ts'
import type { ErasureMode } from '../../../contract/values.ts'
import type { MessageVersion, Overlay, PurgedRange, RoomShare } from '../../../domain/history.ts'
import type { StoredMessage } from '../../../domain/message.ts'
import type { OwnBounds } from '../../../domain/own-messages.ts'
import type { Erasures } from '../erasures/erasures.ts'
import type { ArchivedKind, EventKind, ReplayedFrame, Retention } from '../event-kind.ts'
import type { ExpiryFloor } from '../expiry-floor.ts'
import type { Head } from '../head.ts'
import type { Meta } from '../meta.ts'
import type { Purges } from '../purges/purges.ts'
import { archivedMessages } from './archived-messages.ts'
import { ContiguousTail } from './contiguous-tail.ts'
import { eraseMessages } from './erase-messages.ts'
import { expireMessages } from './expire-messages.ts'
import { HistoryPages } from './history-pages.ts'
import { MessageIds } from './message-ids.ts'
import { MessageOrder } from './message-order.ts'
import {
  fromRow,
  insertRow,
  type LoggedMessage,
  type Row,
  rowColumns,
  rowValues,
} from './message-row.ts'
import { purgeMessages } from './purge-messages.ts'
import { replayMessage } from './replay-message.ts'

type Uses = {
  sql: SqlStorage
  meta: Meta
  head: Head
  erasures: Erasures
  purges: Purges
  expiryFloor: ExpiryFloor
}

export class Messages implements EventKind<LoggedMessage> {
  readonly name = 'messages'
  readonly archived: ArchivedKind<LoggedMessage>
  readonly #sql: SqlStorage
  readonly #meta: Meta
  readonly #head: Head
  readonly #expiryFloor: ExpiryFloor
  readonly #erasures: Erasures
  readonly #purges: Purges
  readonly #order: MessageOrder
  readonly #pages: HistoryPages
  readonly ids: MessageIds
  readonly #tail: ContiguousTail

  constructor({ sql, meta, head, erasures, purges, expiryFloor }: Uses) {
    this.#sql = sql
    this.#meta = meta
    this.#head = head
    this.#expiryFloor = expiryFloor
    this.#erasures = erasures
    this.#purges = purges
    this.#order = new MessageOrder(sql)
    this.#pages = new HistoryPages({ sql, order: this.#order, erasures, purges })
    this.archived = archivedMessages({
      isExpired: (id) => expiryFloor.isExpired(id),
      find: (id) => this.find(id),
      countAfter: (seq, max) => this.#order.countAfter(seq, max),
    })
    head.raiseTo(this.#order.latest())
    const newest = this.#one<{ id: string }>('select id from messages order by id desc limit 1')
    this.ids = new MessageIds(meta, newest?.id)
    this.#tail = new ContiguousTail(sql, meta.number('pruned_seq'))
  }

  /** The oldest message from which on the log has all; null: it has none. */
  get oldestId(): string | null {
    return this.#tail.from
  }

  /** Adds a new message. @returns the `seq` of the event */
  append(message: StoredMessage): number {
    const seq = this.#head.next
    this.#sql.exec(insertRow, ...rowValues(message, { createdSeq: seq, seq }))
    this.#head.raiseTo(seq)
    this.ids.used(message.id)
    this.#tail.added(message.id)
    return seq
  }

  /**
   * Stores the new state of a message that was in the log or only in the archive.
   * @returns the `seq` of the event
   */
  revise(message: StoredMessage): number {
    const seq = this.#head.next
    this.#sql.exec(
      `${insertRow}
       on conflict (id) do update set content = excluded.content, updated_at = excluded.updated_at,
         is_deleted = excluded.is_deleted, revision = excluded.revision, seq = excluded.seq`,
      ...rowValues(message, { createdSeq: 0, seq }),
    )
    this.#head.raiseTo(seq)
    return seq
  }

  find(id: string): LoggedMessage | undefined {
    const row = this.#one<Row>(`select ${rowColumns} from messages where id = ?`, id)
    return row && fromRow(row)
  }

  /**
   * The message as it is now. @param archived the archive's state, which may lack an erasure or a purge
   */
  current(id: string, archived: StoredMessage | undefined): StoredMessage | undefined {
    return (
      this.find(id) ??
      (archived && this.#purges.withPurges(this.#erasures.withCurrentName(archived)))
    )
  }

  /** Deletes the messages of a range in place, all at once. @returns how many */
  purge(range: PurgedRange, now: number): number {
    return purgeMessages(this.#sql, range, now)
  }

  /**
   * The room's share of a history page: the messages that are older than `before`.
   * @param at the position for which the page is true, and the `seq` up to which Postgres has every
   *   event, except for dead letters
   */
  roomShare(
    before: string | null,
    limit: number,
    at: { session: Position; flushedSeq: number },
  ): RoomShare {
    return this.#pages.roomShare(before, limit, {
      ...at,
      tailFrom: this.#tail.from,
      expiredBefore: this.#expiryFloor.id,
    })
  }

  /** The changes to the messages of a page since it was read. */
  overlay(shown: MessageVersion[]): Overlay {
    return this.#pages.overlay(shown)
  }

  /** The sends since `since` (ms), oldest first and at most the newest `max`. */
  sendsSince(since: number, max: number): { user_id: string; id: string }[] {
    return this.#order.createdSince(since, max)
  }

  /** A user's messages that changed after `seq` or are dead letters, in id order. */
  changesOfUser(userId: string, seq: number, bounds: OwnBounds): StoredMessage[] {
    return this.#order.ofUser(userId, seq, bounds).map(({ createdSeq, seq, ...message }) => message)
  }

  latest(): number {
    return this.#order.latest()
  }

  after(seq: number): Iterable<LoggedMessage> {
    return this.#order.after(seq)
  }

  firstSince(seq: number, ms: number): number | null {
    return this.#order.firstSince(seq, ms)
  }

  prunableSeq({ messagesMin }: Retention): number {
    return this.#order.createdSeqAtOffset(messagesMin)
  }

  expire(before: string, max: number): string[] {
    this.ids.store()
    const ids = expireMessages(this.#sql, before, max)
    this.#tail.findAgain(this.#meta.number('pruned_seq'))
    return ids
  }

  prune(upTo: number): void {
    this.ids.store()
    this.#tail.findAgain(upTo)
    this.#order.prune(upTo)
  }

  detach(): void {
    this.#sql.exec('update messages set created_seq = 0 where created_seq > 0')
  }

  replay(message: LoggedMessage, since: number): ReplayedFrame {
    return replayMessage(message, since)
  }

  eraseUser(userId: string, mode: ErasureMode, now: number): number {
    return eraseMessages(this.#sql, { userId, mode, now })
  }

  snapshot(): () => void {
    const restores = [this.ids.snapshot(), this.#tail.snapshot()]
    return () => {
      for (const restore of restores) restore()
    }
  }

  #one<R extends Record<string, SqlStorageValue>>(
    query: string,
    ...values: SqlStorageValue[]
  ): R | undefined {
    return this.#sql.exec<R>(query, ...values).toArray()[0]
  }
}
