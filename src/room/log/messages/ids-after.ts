// Finds which messages came next after an id. Only ids are read, so that no text is moved for a message
// that the page does not show.

import { endOfIds, isChanged, isRefused } from './message-order.ts'

type Search = {
  id: string
  count: number
  /** The oldest id of the contiguous tail; null: there is no tail. */
  from: string | null
  /** Postgres has every event up to this one, except for dead letters. */
  flushedSeq: number
}

/**
 * The ids of undeleted messages above this one, oldest first: those below the tail that the archive may
 * lack, and those of the tail.
 */
export function idsAfter(sql: SqlStorage, { id, count, from, flushedSeq }: Search): string[] {
  const tailFrom = from ?? endOfIds
  // Without `indexed by`, SQLite reads all changed rows by id, as the result is in that order.
  const strays = `
    select id from messages indexed by messages_changed
      where ${isChanged} and seq > ?4 and id > ?1 and id < ?2 and is_deleted = 0
    union
    select id from messages where ${isRefused} and id > ?1 and id < ?2 and is_deleted = 0
    order by id limit ?3`
  const tail =
    'select id from messages where id > ?1 and id >= ?2 and is_deleted = 0 order by id limit ?3'
  const below =
    id < tailFrom ? sql.exec<{ id: string }>(strays, id, tailFrom, count, flushedSeq) : []
  const rows = [...below, ...sql.exec<{ id: string }>(tail, id, tailFrom, count)]
  return rows.slice(0, count).map((row) => row.id)
}
