// The kind of event for reactions: one row per message with its totals. They change in one transaction with
// the sets that they count, and an event tells of them, at once or later. Until then the row has no number.

import type { ErasureMode } from '../../../contract/values.ts'
import { countsAfter } from '../../../domain/reactions.ts'
import {
  type ArchivedKind,
  type EventKind,
  type ReplayedFrame,
  replayRanks,
} from '../event-kind.ts'
import type { Head } from '../head.ts'
import type { Meta } from '../meta.ts'
import { archivedReactions, deadLetterKey, keyPrefix } from './archived-reactions.ts'
import type { ChangedSet } from './reaction-sets.ts'
import { StoredTotals } from './stored-totals.ts'
import { type Totals, totalsFrame, writeTotals } from './totals-row.ts'

type Uses = {
  sql: SqlStorage
  meta: Meta
  head: Head
  isExpired: (id: string) => boolean
}

export type TotalsChange = Pick<Totals, 'message_id' | 'author_id' | 'counts' | 'revision' | 'at'>

// The condition of a partial index, which SQLite uses for queries that have it, too.
const isTold = 'seq > 0'
const isDeadLetter = `exists (select 1 from set_aside where id = '${keyPrefix}' || message_id)`

export class ReactionTotals extends StoredTotals implements EventKind<Totals> {
  readonly name = 'reactions'
  readonly archived: ArchivedKind<Totals>
  readonly #meta: Meta
  readonly #head: Head
  /** Messages whose totals no event has told yet, those that wait longest first. */
  #untold = new Set<string>()
  #changes = 0

  constructor({ sql, meta, head, isExpired }: Uses) {
    super(sql)
    this.#meta = meta
    this.#head = head
    const countUntold = () => this.#untold.size
    this.archived = archivedReactions({ sql, sets: this.sets, isExpired, countUntold })
    // Without the mark there are none, and no start reads the whole table.
    if (meta.number('reactions_untold') === 1) this.#readUntold()
    head.raiseTo(this.latest())
  }

  get hasUntold(): boolean {
    return this.#untold.size > 0
  }

  /** Rises with each change, also before an event tells of it. */
  get changes(): number {
    return this.#changes
  }

  /** The next messages to tell of. @param changed those that change in the same command */
  nextToTell(changed: Iterable<string>, max: number): string[] {
    return [...new Set([...this.#untold, ...changed])].slice(0, max)
  }

  /**
   * Writes new totals. Their sets must be written in the same transaction.
   * @param before those that the room has, or else the revision of those that the archive has
   */
  change(totals: TotalsChange, tell: boolean, before: Totals | number): Totals {
    const dirty_revision = typeof before === 'number' ? before + 1 : this.#dirtyRevision(before)
    return this.#write({ ...totals, dirty_revision, seq: tell ? this.#head.next : 0 })
  }

  /** Gives the totals that no event has told yet their number. @returns undefined: there are none */
  tell(messageId: string): Totals | undefined {
    const known = this.find(messageId)
    if (known?.seq === 0) return this.#write({ ...known, seq: this.#head.next })
    this.#untold.delete(messageId)
    return undefined
  }

  /**
   * Must be called at the end of a command that has changed or told of totals. The head is stored, because a
   * release before this one does not know the table, and would give the numbers of its events again.
   */
  endChanges(): void {
    this.#head.store()
    this.#meta.set('reactions_untold', this.hasUntold ? 1 : 0)
  }

  /** The archive was set back: all totals and sets are written again, and sets that are gone are removed. */
  archiveAgain(): void {
    this.sql.exec('update reaction_totals set dirty_revision = 0')
  }

  /** Removes what one person has chosen, and corrects the totals, which an event tells later. */
  removeUser(userId: string, now: number): number {
    const chosen = this.sets.ofUser(userId)
    const emptied: ChangedSet[] = []
    for (const { messageId, reactions } of chosen) {
      const known = this.find(messageId)
      if (!known) continue
      const counts = countsAfter(known.counts, reactions, [])
      const revision = known.revision + 1
      this.change({ ...known, counts, revision, at: now }, false, known)
      emptied.push({ messageId, user_id: userId, reactions: [], revision })
    }
    this.sets.write(emptied)
    if (chosen.length > 0) this.endChanges()
    return chosen.length
  }

  latest(): number {
    const query = `select max(seq) as seq from reaction_totals where ${isTold}`
    return this.sql.exec<{ seq: number | null }>(query).one().seq ?? 0
  }

  after(seq: number): Iterable<Totals> {
    return this.select(`${isTold} and seq > ? order by seq`, seq)
  }

  firstSince(seq: number, ms: number): number | null {
    const query = `select min(seq) as seq from reaction_totals
      where ${isTold} and seq > ? and at >= ?`
    return this.sql.exec<{ seq: number | null }>(query, seq, ms).one().seq
  }

  prunableSeq(): number {
    return Number.POSITIVE_INFINITY
  }

  /** Totals and sets are forgotten together: the room has all of a message or nothing. */
  prune(upTo: number): void {
    this.removeWhere(`${isTold} and seq <= ? and not ${isDeadLetter}`, upTo)
  }

  detach(): void {}

  expire(before: string, max: number): string[] {
    const old = this.select('message_id < ? order by message_id limit ?', before, max)
    const ids = old.map(({ message_id }) => message_id)
    this.remove(ids)
    return ids.map(deadLetterKey)
  }

  replay(totals: Totals): ReplayedFrame {
    return { rank: replayRanks.changed, order: '', frame: totalsFrame(totals) }
  }

  eraseUser(userId: string, mode: ErasureMode, now: number): number {
    if (mode === 'delete') this.removeWhere('author_id = ?', userId)
    return this.removeUser(userId, now)
  }

  snapshot(): () => void {
    return () => {
      this.sets.numbers.reload()
      this.#readUntold()
    }
  }

  /** What the archive lacks already stays dirty, also while a flush or a dead letter waits. */
  #dirtyRevision(known: Totals): number {
    const isFlushed = known.seq > 0 && known.seq <= this.#meta.number('flushed_seq')
    const isArchived =
      isFlushed && this.select(`message_id = ? and ${isDeadLetter}`, known.message_id).length === 0
    return isArchived ? known.revision + 1 : known.dirty_revision
  }

  #write(totals: Totals): Totals {
    const { message_id, seq } = totals
    writeTotals(this.sql, totals)
    this.#changes++
    if (seq === 0) this.#untold.add(message_id)
    else this.#untold.delete(message_id)
    this.#head.raiseTo(seq)
    return totals
  }

  #readUntold(): void {
    const untold = this.select('seq = 0 order by at')
    this.#untold = new Set(untold.map(({ message_id }) => message_id))
  }
}
