// Reads the messages of the log: single ones, those of a page, and those of a person. Nothing here
// changes the log.

import type { Message, Position } from '../../../contract/entities.ts'
import type {
  IdRange,
  IdsAfter,
  MessageVersion,
  Overlay,
  RoomShare,
} from '../../../domain/history.ts'
import type { StoredMessage } from '../../../domain/message.ts'
import type { OwnBounds } from '../../../domain/own-messages.ts'
import { withReactions } from '../../../domain/reactions.ts'
import type { Erasures } from '../erasures/erasures.ts'
import type { ExpiryFloor } from '../expiry-floor.ts'
import type { Meta } from '../meta.ts'
import type { Purges } from '../purges/purges.ts'
import type { ReactionTotals } from '../reactions/reaction-totals.ts'
import { ContiguousTail } from './contiguous-tail.ts'
import { HistoryPages } from './history-pages.ts'
import { idsAfter } from './ids-after.ts'
import { MessageIds } from './message-ids.ts'
import { MessageOrder } from './message-order.ts'
import { fromRow, type LoggedMessage, type Row, rowColumns } from './message-row.ts'
import { wireMessage } from './wire-message.ts'

export type ReadUses = {
  sql: SqlStorage
  meta: Meta
  erasures: Erasures
  purges: Purges
  expiryFloor: ExpiryFloor
  reactionTotals: Pick<ReactionTotals, 'find' | 'of'>
}

/** The position for which a page is true, and the `seq` up to which Postgres has every event. */
type PageState = { session: Position; flushedSeq: number }

export class MessageReads {
  readonly ids: MessageIds
  protected readonly order: MessageOrder
  protected readonly tail: ContiguousTail
  readonly #uses: ReadUses
  readonly #pages: HistoryPages

  constructor(uses: ReadUses) {
    const { sql, meta, erasures, purges } = uses
    this.#uses = uses
    this.order = new MessageOrder(sql)
    this.#pages = new HistoryPages({ sql, order: this.order, erasures, purges })
    const newest = sql.exec<{ id: string }>('select id from messages order by id desc limit 1')
    this.ids = new MessageIds(meta, newest.toArray()[0]?.id)
    this.tail = new ContiguousTail(sql, meta.number('pruned_seq'))
  }

  /** The oldest message from which on the log has all; null: it has none. */
  get oldestId(): string | null {
    return this.tail.from
  }

  find(id: string): LoggedMessage | undefined {
    const query = `select ${rowColumns} from messages where id = ?`
    return this.#uses.sql.exec<Row>(query, id).toArray().map(fromRow)[0]
  }

  /** As everyone sees it, with the message that it replies to if the log has that one. */
  toWire(message: StoredMessage): Message {
    return wireMessage(message, {
      find: (id) => this.find(id),
      isExpired: (id) => this.#uses.expiryFloor.isExpired(id),
    })
  }

  /** Whether there is certainly no such message: the log would have it, or no id is as high. */
  isUnknown(id: string): boolean {
    const { last } = this.ids
    if (last !== null && id > last) return true
    const { from } = this.tail
    return from !== null && id >= from && this.find(id) === undefined
  }

  /**
   * The message as it is now. @param archived the archive's state, which may lack an erasure or a purge
   */
  current(id: string, archived: StoredMessage | undefined): StoredMessage | undefined {
    const { erasures, purges, reactionTotals } = this.#uses
    const found = this.find(id)
    if (found || !archived) return found
    const named = purges.withPurges(erasures.withCurrentName(archived))
    return withReactions(named, reactionTotals.find(id))
  }

  /** The room's share of a history page: the messages that are older than `before`. */
  roomShare(before: string | null, limit: number, at: PageState): RoomShare {
    return this.#pages.roomShare(before, limit, {
      ...at,
      tailFrom: this.tail.from,
      expiredBefore: this.#uses.expiryFloor.id,
    })
  }

  /** The undeleted messages that came next after an id, as far as the archive may lack them. */
  idsAfter(id: string, count: number, { session, flushedSeq }: PageState): IdsAfter {
    const { from } = this.tail
    return { session, from, ids: idsAfter(this.#uses.sql, { id, count, from, flushedSeq }) }
  }

  /** The changes to the messages of a page since it was read. */
  overlay(shown: MessageVersion[]): Overlay {
    const totals = this.#uses.reactionTotals.of(shown.map(({ id }) => id))
    return {
      ...this.#pages.overlay(shown),
      reactions: totals.map(({ message_id, counts, revision }) => ({
        ...{ message_id, counts, revision },
      })),
      reactionsFrom: this.tail.from,
    }
  }

  /** The sends since `since` (ms), oldest first and at most the newest `max`. */
  sendsSince(since: number, max: number): { user_id: string; id: string }[] {
    return this.order.createdSince(since, max)
  }

  /** A user's messages that changed after `seq` or are dead letters, in id order. */
  changesOfUser(userId: string, seq: number, bounds: OwnBounds): StoredMessage[] {
    return this.order.ofUser(userId, seq, bounds).map(({ createdSeq, seq, ...message }) => message)
  }

  /** What Postgres lacks of a range of ids, newest first. The caller may stop reading early. */
  unflushed(range: IdRange, flushedSeq: number, max: number): Iterable<StoredMessage> {
    return this.order.unflushed(range, flushedSeq, max)
  }
}
