// Reports of messages. The room keeps the open ones, and closed ones for a while; only moderators learn
// who has reported.

import type { ReportStatus } from '../../../contract/moderation-records.ts'
import { erasedName } from '../../../contract/values.ts'
import { firstIdAt } from '../../../domain/ids.ts'
import type { NamedReport } from '../../../domain/moderation.ts'
import { MarkedTable } from '../marked-table.ts'

/** Sorts after every id. */
const endOfIds = '~'

export class ReportTable {
  readonly table: MarkedTable<NamedReport>

  constructor(sql: SqlStorage) {
    this.table = new MarkedTable<NamedReport>(sql, {
      name: 'reports',
      columns: [
        ...(['id', 'message_id', 'author_id', 'author_name', 'reporter_id'] as const),
        ...(['reporter_name', 'reason', 'status', 'reported_text', 'closed_by'] as const),
        ...(['closed_by_name', 'revision'] as const),
      ],
      key: 'id',
      toArchive: ({ author_name, reporter_name, closed_by_name, ...state }) => ({
        kind: 'reports',
        state,
      }),
    })
  }

  find(id: string): NamedReport | undefined {
    return this.table.find(id)
  }

  /** The id of the newest report; null: there is none. */
  get lastId(): string | null {
    return this.table.select('true order by id desc limit 1').at(0)?.id ?? null
  }

  findOf(messageId: string, reporterId: string): NamedReport | undefined {
    return this.table.select('message_id = ? and reporter_id = ?', messageId, reporterId).at(0)
  }

  /** When this person's reports since `ms` were filed, oldest first. */
  filedSince(reporterId: string, ms: number): string[] {
    return this.table
      .select('reporter_id = ? and id >= ? order by id', reporterId, firstIdAt(ms))
      .map(({ id }) => id)
  }

  /** The newest first. @param below an id; null: from the newest */
  page(status: ReportStatus, below: string | null, limit: number): NamedReport[] {
    return this.table.select(
      'status = ? and id < ? order by id desc limit ?',
      status,
      below ?? endOfIds,
      limit,
    )
  }

  write(report: NamedReport): void {
    this.table.write(report)
  }

  restore(reports: NamedReport[]): void {
    for (const report of reports) this.table.restore(report)
  }

  /** Removes the texts of a person's messages from an id to another, both included. */
  removeTexts(
    authorId: string,
    nextRevision: () => number,
    range = { from: '', to: endOfIds },
  ): void {
    const found = this.table.select(
      'author_id = ? and reported_text is not null and message_id between ? and ?',
      authorId,
      range.from,
      range.to,
    )
    for (const report of found)
      this.write({ ...report, reported_text: null, revision: nextRevision() })
  }

  /** Removes the texts of reports that were filed before `ms`. The archive does the same by itself. */
  removeOldTexts(ms: number): void {
    this.table.update('reported_text = null', 'id < ? and reported_text is not null', firstIdAt(ms))
  }

  /** The people of all reports that the room has. */
  userIds(): string[] {
    const all = this.table.select('true')
    const ids = all.flatMap((report) => [report.author_id, report.reporter_id, report.closed_by])
    return ids.filter((id) => id !== null)
  }

  removeUser(id: string): void {
    this.table.update('author_name = ?1', 'author_id = ?2', erasedName, id)
    this.table.update('reporter_name = ?1, reason = null', 'reporter_id = ?2', erasedName, id)
    this.table.update('closed_by_name = ?1', 'closed_by = ?2', erasedName, id)
  }

  /** Removes closed reports that were filed before `ms` and that the archive has. */
  removeClosed(ms: number): void {
    this.table.delete("is_dirty = 0 and status <> 'open' and id < ?", firstIdAt(ms))
  }
}
