// Deletes messages that have expired from the log.

/** Deletes the oldest rows below an id, at most `max`. @returns their ids */
export function expireMessages(sql: SqlStorage, before: string, max: number): string[] {
  return sql
    .exec<{ id: string }>(
      `delete from messages
         where id in (select id from messages where id < ? order by id limit ?) returning id`,
      before,
      max,
    )
    .toArray()
    .map(({ id }) => id)
}
