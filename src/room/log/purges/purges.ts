// The kind of event for purges: ranges of one person's messages that were deleted together. A range
// covers what Postgres may still show, or show again after a backup was restored.

import type { RoomFrame } from '../../../contract/frames.ts'
import type { PurgedRange } from '../../../domain/history.ts'
import type { StoredMessage } from '../../../domain/message.ts'
import type { StoredPurge } from '../../../domain/moderation.ts'
import {
  type ArchivedKind,
  type EventKind,
  type ReplayedFrame,
  replayRanks,
} from '../event-kind.ts'
import type { Head } from '../head.ts'

export type Purge = StoredPurge & {
  /** The number of the event. */
  seq: number
  /** When Postgres had deleted all of it, in milliseconds; null: not yet. */
  done_at: number | null
}

const columns = 'seq, revision, user_id, from_id, to_id, at, done_at'
const keyPrefix = 'purge:'
/**
 * How long a purge is kept after it was done, in milliseconds: reads of Postgres may have begun before,
 * and a backup of Postgres may bring the messages back.
 */
const keptMs = 30 * 24 * 60 * 60_000

export function purgeFrame({
  user_id,
  from_id,
  to_id,
  revision,
}: StoredPurge): Extract<RoomFrame, { event: 'messages_purged' }> {
  return { event: 'messages_purged', data: { user_id, from_id, to_id, revision } }
}

export class Purges implements EventKind<Purge> {
  readonly name = 'purges'
  readonly archived: ArchivedKind<Purge>
  readonly #sql: SqlStorage
  readonly #head: Head

  constructor(sql: SqlStorage, head: Head) {
    this.#sql = sql
    this.#head = head
    head.raiseTo(this.latest())
    this.archived = {
      toArchive: ({ seq, done_at, ...state }) => ({ kind: 'purges', state }),
      deadLetterKey: ({ revision }) => `${keyPrefix}${revision}`,
      findDeadLetter: (key) =>
        key.startsWith(keyPrefix)
          ? this.#select('revision = ?', Number(key.slice(keyPrefix.length))).at(0)
          : undefined,
      describe: ({ user_id, revision }) => ({ user_id, revision }),
      countAfter: (seq, max) => this.#select(`seq > ? limit ${max}`, seq).length,
      changedAt: ({ at }) => at,
    }
  }

  /** @returns the number of the event */
  record(purge: StoredPurge): number {
    const seq = this.#head.next
    this.#insert({ ...purge, seq })
    this.#head.raiseTo(seq)
    // A release before this one does not know the table, and would give the number again.
    this.#head.store()
    return seq
  }

  /** Takes over purges that Postgres has not finished. Their numbers are below 1, as of no replay. */
  restore(purges: StoredPurge[]): void {
    const lowest = this.#sql
      .exec<{ seq: number | null }>('select min(seq) as seq from purges')
      .one().seq
    let seq = Math.min(0, lowest ?? 0)
    for (const purge of purges)
      if (this.#select('revision = ?', purge.revision).length === 0)
        this.#insert({ ...purge, seq: --seq })
  }

  /** The oldest purge that Postgres has not finished. */
  nextUndone(): Purge | undefined {
    return this.#select('done_at is null order by revision limit 1').at(0)
  }

  markDone({ seq }: Purge, now: number): void {
    this.#sql.exec('update purges set done_at = ? where seq = ?', now, seq)
  }

  /** Postgres was set back: all purges that are known are done again. */
  redo(): void {
    this.#sql.exec('update purges set done_at = null')
  }

  /** The ranges of these users that still cover messages. */
  ofUsers(userIds: string[]): PurgedRange[] {
    return this.#sql
      .exec<PurgedRange>(
        `select user_id, from_id, to_id from purges
           where user_id in (select value from json_each(?))`,
        JSON.stringify(userIds),
      )
      .toArray()
  }

  /** Blanks a message that was read from the archive, if it is purged. */
  withPurges<M extends StoredMessage>(message: M): M {
    const { id, user_id, is_deleted, revision } = message
    if (is_deleted) return message
    const found = this.#select('user_id = ? and from_id <= ? and to_id >= ?', user_id, id, id)
    const [purge] = found
    if (!purge) return message
    return {
      ...message,
      references: null,
      content: '',
      is_deleted: true,
      revision: revision + 1,
      updated_at: purge.at,
    }
  }

  latest(): number {
    const query = 'select max(seq) as seq from purges'
    return Math.max(0, this.#sql.exec<{ seq: number | null }>(query).one().seq ?? 0)
  }

  after(seq: number): Iterable<Purge> {
    return this.#select('seq > ? order by seq', seq)
  }

  firstSince(seq: number, ms: number): number | null {
    const query = 'select min(seq) as seq from purges where seq > ? and at >= ?'
    return this.#sql.exec<{ seq: number | null }>(query, seq, ms).one().seq
  }

  prunableSeq(): number {
    return Number.POSITIVE_INFINITY
  }

  prune(upTo: number, now: number): void {
    this.#sql.exec('delete from purges where seq <= ? and done_at < ?', upTo, now - keptMs)
  }

  detach(): void {}

  expire(): string[] {
    return []
  }

  replay(purge: Purge): ReplayedFrame {
    return { rank: replayRanks.other, order: '', frame: purgeFrame(purge) }
  }

  eraseUser(): number {
    return 0
  }

  snapshot(): () => void {
    return () => {}
  }

  #insert({ seq, revision, user_id, from_id, to_id, at }: Omit<Purge, 'done_at'>): void {
    this.#sql.exec(
      `insert into purges (${columns}) values (?, ?, ?, ?, ?, ?, null)`,
      ...[seq, revision, user_id, from_id, to_id, at],
    )
  }

  #select(where: string, ...values: SqlStorageValue[]): Purge[] {
    const query = `select ${columns} from purges where ${where}`
    return this.#sql.exec<Purge>(query, ...values).toArray()
  }
}
