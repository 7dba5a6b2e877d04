// The kind of event for erased accounts: one row per account, kept for good, because a backup of Postgres
// may bring the account back. The user's rows of all kinds are rewritten in place, all at once.

import type { ErasureMode } from '../../../contract/values.ts'
import { erasedName } from '../../../contract/values.ts'
import { erasureFrame, type StoredMessage } from '../../../domain/message.ts'
import { type EventKind, type ReplayedFrame, replayRanks } from '../event-kind.ts'
import type { Head } from '../head.ts'

export type Erasure = {
  /** The number of the event. */
  seq: number
  user_id: string
  /** The column keeps its name, because the release before reads it too. */
  remains: ErasureMode
  /** Milliseconds. */
  at: number
}

const rowColumns = 'seq, user_id, remains, at'

export class Erasures implements EventKind<Erasure> {
  readonly name = 'erasures'
  /** The Worker erases the account in Postgres itself. */
  readonly archived = null
  readonly #sql: SqlStorage
  readonly #head: Head

  constructor(sql: SqlStorage, head: Head) {
    this.#sql = sql
    this.#head = head
    head.raiseTo(this.latest())
  }

  /**
   * Records that an account was erased.
   * @param rewrittenRows how many rows still had its name or its texts
   * @returns null when nothing was left to do
   */
  record(userId: string, mode: ErasureMode, rewrittenRows: number, now: number): Erasure | null {
    const known = this.find(userId)
    const isSettled = known?.remains === 'delete' || known?.remains === mode
    if (isSettled && rewrittenRows === 0) return null
    const erasure: Erasure = {
      seq: this.#head.next,
      user_id: userId,
      // Deleted messages stay deleted.
      remains: known?.remains === 'delete' ? 'delete' : mode,
      at: now,
    }
    this.#sql.exec('delete from erasures where user_id = ?', userId)
    this.#sql.exec(
      `insert into erasures (${rowColumns}) values (?, ?, ?, ?)`,
      erasure.seq,
      userId,
      erasure.remains,
      now,
    )
    this.#head.raiseTo(erasure.seq)
    return erasure
  }

  find(userId: string): Erasure | undefined {
    return this.#sql
      .exec<Erasure>(`select ${rowColumns} from erasures where user_id = ?`, userId)
      .toArray()
      .at(0)
  }

  /** Those of these users whose accounts were erased. */
  ofUsers(userIds: string[]): Pick<Erasure, 'user_id' | 'remains'>[] {
    return this.#sql
      .exec<Pick<Erasure, 'user_id' | 'remains'>>(
        'select user_id, remains from erasures where user_id in (select value from json_each(?))',
        JSON.stringify(userIds),
      )
      .toArray()
  }

  /** Removes the name if the account was erased, which the archive may not know yet. */
  withCurrentName<M extends StoredMessage>(message: M): M {
    return this.find(message.user_id) ? { ...message, username: erasedName } : message
  }

  /** The first erasure in the order of the users' ids, after this one. */
  afterUser(userId: string): Erasure | undefined {
    return this.#sql
      .exec<Erasure>(
        `select ${rowColumns} from erasures where user_id > ? order by user_id limit 1`,
        userId,
      )
      .toArray()
      .at(0)
  }

  countAfterUser(userId: string): number {
    const query = 'select count(*) as n from erasures where user_id > ?'
    return this.#sql.exec<{ n: number }>(query, userId).one().n
  }

  latest(): number {
    const query = 'select max(seq) as seq from erasures'
    return this.#sql.exec<{ seq: number | null }>(query).one().seq ?? 0
  }

  after(seq: number): Iterable<Erasure> {
    return this.#sql.exec<Erasure>(
      `select ${rowColumns} from erasures where seq > ? order by seq`,
      seq,
    )
  }

  firstSince(seq: number, ms: number): number | null {
    const query = 'select min(seq) as seq from erasures where seq > ? and at >= ?'
    return this.#sql.exec<{ seq: number | null }>(query, seq, ms).one().seq
  }

  prunableSeq(): number {
    return Number.POSITIVE_INFINITY
  }

  expire(): string[] {
    return []
  }

  prune(): void {}
  detach(): void {}

  /**
   * Remembers accounts that were erased before this log began. Their numbers are below 1, so that they
   * are events of no replay, and clients count no gap.
   */
  restore(erased: { user_id: string; mode: ErasureMode }[], now: number): void {
    const query = 'select min(seq) as seq from erasures'
    let seq = Math.min(0, this.#sql.exec<{ seq: number | null }>(query).one().seq ?? 0)
    for (const { user_id, mode } of erased)
      this.#sql.exec(
        `insert into erasures (${rowColumns}) values (?, ?, ?, ?)
         on conflict (user_id) do update set remains = excluded.remains
         where excluded.remains = 'delete'`,
        --seq,
        user_id,
        mode,
        now,
      )
  }

  replay({ user_id, remains }: Erasure): ReplayedFrame {
    return { rank: replayRanks.other, order: '', frame: erasureFrame(user_id, remains) }
  }

  eraseUser(): number {
    return 0
  }

  snapshot(): () => void {
    return () => {}
  }
}
