// A row of the totals: how often each emoji was chosen for one message.

import type { RoomFrame } from '../../../contract/frames.ts'
import type { ReactionCounts } from '../../../contract/reactions.ts'

export type Totals = {
  message_id: string
  author_id: string
  counts: ReactionCounts
  revision: number
  /** The archive may lack sets that changed in this revision or later; 0: it may have sets that are gone. */
  dirty_revision: number
  /** The number of the event that told of them; 0: they have changed, and no event has told of it yet. */
  seq: number
  /** When they last changed, in milliseconds. */
  at: number
}

type Row = Omit<Totals, 'counts'> & { counts: string }

const columns = 'message_id, author_id, counts, revision, dirty_revision, seq, at'

export function selectTotals(
  sql: SqlStorage,
  where: string,
  ...values: SqlStorageValue[]
): Totals[] {
  return sql
    .exec<Row>(`select ${columns} from reaction_totals where ${where}`, ...values)
    .toArray()
    .map((row) => ({ ...row, counts: JSON.parse(row.counts) }))
}

export function writeTotals(sql: SqlStorage, totals: Totals): void {
  const { message_id, author_id, counts, revision, dirty_revision, seq, at } = totals
  sql.exec(
    // A replacement would count as two rows.
    `insert into reaction_totals (${columns}) values (?, ?, ?, ?, ?, ?, ?)
     on conflict do update set counts = excluded.counts, revision = excluded.revision,
       dirty_revision = excluded.dirty_revision, seq = excluded.seq, at = excluded.at`,
    ...[message_id, author_id, JSON.stringify(counts), revision, dirty_revision, seq, at],
  )
}

export function totalsFrame({
  message_id,
  counts,
  revision,
}: Pick<Totals, 'message_id' | 'counts' | 'revision'>): Extract<
  RoomFrame,
  { event: 'reactions_changed' }
> {
  return { event: 'reactions_changed', data: { message_id, counts, revision } }
}
