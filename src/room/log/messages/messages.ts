// The kind of event for messages: one row per message with its latest state, written before the
// broadcast. The same rows are the outbox, the source of replays and the newest part of the history.

import type { ErasureMode } from '../../../contract/values.ts'
import type { PurgedRange } from '../../../domain/history.ts'
import type { StoredMessage } from '../../../domain/message.ts'
import type { ArchivedKind, EventKind, ReplayedFrame, Retention } from '../event-kind.ts'
import type { Head } from '../head.ts'
import type { Meta } from '../meta.ts'
import { archivedMessages } from './archived-messages.ts'
import { eraseMessages } from './erase-messages.ts'
import { expireMessages } from './expire-messages.ts'
import { MessageReads, type ReadUses } from './message-reads.ts'
import { insertMessage, type LoggedMessage, writeMessage } from './message-row.ts'
import { purgeMessages } from './purge-messages.ts'
import { replayMessage } from './replay-message.ts'

type Uses = ReadUses & { head: Head }

export class Messages extends MessageReads implements EventKind<LoggedMessage> {
  readonly name = 'messages'
  readonly archived: ArchivedKind<LoggedMessage>
  readonly #sql: SqlStorage
  readonly #meta: Meta
  readonly #head: Head

  constructor(uses: Uses) {
    super(uses)
    const { sql, meta, head, expiryFloor } = uses
    this.#sql = sql
    this.#meta = meta
    this.#head = head
    this.archived = archivedMessages({
      isExpired: (id) => expiryFloor.isExpired(id),
      find: (id) => this.find(id),
      countAfter: (seq, max) => this.order.countAfter(seq, max),
    })
    head.raiseTo(this.order.latest())
  }

  /** Adds a new message. @returns the `seq` of the event */
  append(message: StoredMessage): number {
    const seq = this.#head.next
    insertMessage(this.#sql, message, seq)
    this.#head.raiseTo(seq)
    this.ids.used(message.id)
    this.tail.added(message.id)
    return seq
  }

  /**
   * Stores the new state of a message that was in the log or only in the archive.
   * @returns the `seq` of the event
   */
  revise(message: StoredMessage): number {
    const seq = this.#head.next
    writeMessage(this.#sql, message, seq)
    this.#head.raiseTo(seq)
    return seq
  }

  /** Deletes the messages of a range in place, all at once. @returns how many */
  purge(range: PurgedRange, now: number): number {
    return purgeMessages(this.#sql, range, now)
  }

  latest(): number {
    return this.order.latest()
  }

  after(seq: number): Iterable<LoggedMessage> {
    return this.order.after(seq)
  }

  firstSince(seq: number, ms: number): number | null {
    return this.order.firstSince(seq, ms)
  }

  prunableSeq({ messagesMin }: Retention): number {
    return this.order.createdSeqAtOffset(messagesMin)
  }

  expire(before: string, max: number): string[] {
    this.ids.store()
    const ids = expireMessages(this.#sql, before, max)
    this.tail.findAgain(this.#meta.number('pruned_seq'))
    return ids
  }

  prune(upTo: number): void {
    this.ids.store()
    this.tail.findAgain(upTo)
    this.order.prune(upTo)
  }

  detach(): void {
    this.#sql.exec('update messages set created_seq = 0 where created_seq > 0')
  }

  replay(message: LoggedMessage, since: number): ReplayedFrame {
    return replayMessage(message, since, (shown) => this.toWire(shown))
  }

  eraseUser(userId: string, mode: ErasureMode, now: number): number {
    return eraseMessages(this.#sql, { userId, mode, now })
  }

  snapshot(): () => void {
    const restores = [this.ids.snapshot(), this.tail.snapshot()]
    return () => {
      for (const restore of restores) restore()
    }
  }
}
