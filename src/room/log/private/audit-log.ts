// The audit log: actions of moderators with their target, time and reason; never a text. The room keeps the
// latest entries, the archive all of them.

import { erasedName } from '../../../contract/values.ts'
import { firstIdAt, nextId } from '../../../domain/ids.ts'
import type { NamedAuditEntry } from '../../../domain/moderation.ts'
import { MarkedTable } from '../marked-table.ts'

type Row = Omit<NamedAuditEntry, 'details'> & { details: string; revision: number }

/** Sorts after every id. */
const endOfIds = '~'

export class AuditLog {
  readonly table: MarkedTable<Row>

  constructor(sql: SqlStorage) {
    this.table = new MarkedTable<Row>(sql, {
      name: 'audit',
      columns: [
        ...([
          'id',
          'action',
          'by_id',
          'by_name',
          'target_id',
          'target_name',
          'message_id',
        ] as const),
        ...(['reason', 'until', 'details', 'revision'] as const),
      ],
      key: 'id',
      toArchive: ({ by_name, target_name, revision, details, ...state }) => ({
        kind: 'audit',
        state: { ...state, details: JSON.parse(details) },
      }),
    })
  }

  /** @param now of the wall clock */
  add(entry: Omit<NamedAuditEntry, 'id'>, now: number): NamedAuditEntry {
    const [last] = this.table.select('true order by id desc limit 1')
    const id = nextId(last?.id ?? null, now, crypto.getRandomValues(new Uint8Array(8)))
    const added = { ...entry, id }
    // An entry never changes.
    this.table.write({ ...added, details: JSON.stringify(entry.details), revision: 1 })
    return added
  }

  /** The newest first. @param below an id; null: from the newest */
  page(below: string | null, limit: number): NamedAuditEntry[] {
    return this.table
      .select('id < ? order by id desc limit ?', below ?? endOfIds, limit)
      .map(({ details, revision, ...entry }) => ({ ...entry, details: JSON.parse(details) }))
  }

  /** The people of all entries that the room has. */
  userIds(): string[] {
    const ids = this.table.select('true').flatMap(({ by_id, target_id }) => [by_id, target_id])
    return ids.filter((id) => id !== null)
  }

  removeUser(userId: string): void {
    this.table.update('by_name = ?1', 'by_id = ?2', erasedName, userId)
    this.table.update('target_name = ?1', 'target_id = ?2', erasedName, userId)
  }

  /** Removes entries from before `ms` that the archive has. */
  removeOld(ms: number): void {
    this.table.delete('is_dirty = 0 and id < ?', firstIdAt(ms))
  }
}
