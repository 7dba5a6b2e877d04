// Reads and removes totals, together with the sets that they count.

import type { PurgedRange } from '../../../domain/history.ts'
import type { MessageRevision } from '../../../domain/restored-state.ts'
import { ReactionSets } from './reaction-sets.ts'
import { selectTotals, type Totals } from './totals-row.ts'

const inList = 'message_id in (select value from json_each(?))'

export class StoredTotals {
  readonly sets: ReactionSets
  protected readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
    this.sets = new ReactionSets(sql)
  }

  find(messageId: string): Totals | undefined {
    return this.select('message_id = ?', messageId).at(0)
  }

  /** Those of these messages that have totals here. */
  of(messageIds: readonly string[]): Totals[] {
    return this.select(inList, JSON.stringify(messageIds))
  }

  /** The messages of a range that have totals here, oldest first. */
  between(from: string, to: string, limit: number): string[] {
    const where = 'message_id between ? and ? order by message_id limit ?'
    return this.select(where, from, to, limit).map(({ message_id }) => message_id)
  }

  revisions(): MessageRevision[] {
    return this.select('true').map(({ message_id: id, revision }) => ({ id, revision }))
  }

  /** Those who wrote a message that has totals here, or reacted to one. */
  people(): string[] {
    return [...this.select('true').map(({ author_id }) => author_id), ...this.sets.userIds()]
  }

  /** Removes these messages, with all that people chose for them. */
  remove(messageIds: string[]): void {
    if (messageIds.length === 0) return
    const list = JSON.stringify(messageIds)
    this.sql.exec(`delete from reaction_sets where ${inList}`, list)
    this.sql.exec(`delete from reaction_totals where ${inList}`, list)
  }

  /** The messages of a purged range are deleted. */
  purge({ user_id, from_id, to_id }: PurgedRange): void {
    this.removeWhere('author_id = ? and message_id between ? and ?', user_id, from_id, to_id)
  }

  /** Removes those of which the archive has the same or a newer state. */
  dropKept(archived: MessageRevision[]): void {
    const isOlder = ({ id, revision }: MessageRevision) =>
      (this.find(id)?.revision ?? 0) <= revision
    this.remove(archived.filter(isOlder).map(({ id }) => id))
  }

  protected removeWhere(where: string, ...values: SqlStorageValue[]): void {
    this.remove(this.select(where, ...values).map(({ message_id }) => message_id))
  }

  protected select(where: string, ...values: SqlStorageValue[]): Totals[] {
    return selectTotals(this.sql, where, ...values)
  }
}
