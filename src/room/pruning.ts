// How much of its past the log may forget.

import { firstIdAt } from '../domain/ids.ts'

/** How much is kept beyond what Postgres still lacks. */
export type Retention = {
  messagesMin: number
  ageMinMs: number
  /** Wins over both. */
  eventsMax: number
  /** How many events may be forgotten at once: the room hears nothing meanwhile. */
  stepMax: number
}

/** `seq`s of the log: of its latest event, and up to where it was pruned before. */
type Extent = { head: number; prunedSeq: number }

/** The `seq` up to which everything has outlived its time, or is too much. */
export function outdatedSeq(
  sql: SqlStorage,
  now: number,
  { head, prunedSeq }: Extent,
  keep: Retention,
): number {
  const [surplus] = sql
    .exec<{ created_seq: number }>(
      'select created_seq from messages order by id desc limit 1 offset ?',
      keep.messagesMin,
    )
    .toArray()
  const freshFrom = now - keep.ageMinMs
  const { fresh } = sql
    .exec<{ fresh: number | null }>(
      `select min(seq) as fresh from (
         select * from (
           select seq from messages where seq > ?1 and (id >= ?2 or updated_at >= ?3)
           order by seq limit 1
         )
         union all
         select seq from erasures where seq > ?1 and at >= ?3
       )`,
      prunedSeq,
      firstIdAt(freshFrom),
      freshFrom,
    )
    .one()
  const outdated = Math.min(surplus?.created_seq ?? 0, fresh === null ? head : fresh - 1)
  return Math.max(outdated, head - keep.eventsMax)
}
