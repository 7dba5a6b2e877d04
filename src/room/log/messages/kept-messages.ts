// Queries of the messages that a log keeps when it ends an epoch: those that Postgres lacks, as far as
// the log knows.

import type { MessageRevision } from '../../../domain/restored-state.ts'

/** @param prunedSeq of the log: its replays begin after it */
export function keptRevisions(sql: SqlStorage, prunedSeq: number): MessageRevision[] {
  const query = 'select id, revision from messages where seq <= ?'
  return sql.exec<MessageRevision>(query, prunedSeq).toArray()
}

/** The authors of all messages in the log. */
export function keptAuthors(sql: SqlStorage): Set<string> {
  const rows = sql.exec<{ user_id: string }>('select distinct user_id from messages').toArray()
  return new Set(rows.map(({ user_id }) => user_id))
}

/** Removes messages of which Postgres has the same or a newer state. */
export function dropKept(sql: SqlStorage, archived: MessageRevision[]): void {
  const list = JSON.stringify(archived.map(({ id, revision }) => [id, revision]))
  const dropped = `
    select messages.id
    from (select value ->> 0 as id, value ->> 1 as revision from json_each(?)) as known
      join messages on messages.id = known.id
    where messages.revision <= known.revision
  `
  // The messages come last, because the first statement joins them.
  sql.exec(`delete from set_aside where id in (${dropped})`, list)
  sql.exec(`delete from messages where id in (${dropped})`, list)
}
