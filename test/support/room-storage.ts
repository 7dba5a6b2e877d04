// Loses, copies and sets back the storage of the room under test, and starts the room anew. The tables
// stay, because a table that the room is reading cannot be dropped.

import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { theRoom } from './chat.ts'

type Row = Record<string, SqlStorageValue>

/** All rows of the storage, by table. */
export type StorageCopy = Map<string, Row[]>

function tablesOf(sql: SqlStorage): string[] {
  const query = `select name from sqlite_master where type = 'table'
    and name not like '\\_%' escape '\\' and name <> 'schema_version'`
  return sql
    .exec<{ name: string }>(query)
    .toArray()
    .map(({ name }) => name)
}

/** Copies the storage as it is now, as a point-in-time backup of the platform would. */
export function copyStorage(): Promise<StorageCopy> {
  return runInDurableObject(
    theRoom(),
    (_, { storage: { sql } }) =>
      new Map(
        tablesOf(sql).map((name) => [name, sql.exec<Row>(`select * from ${name}`).toArray()]),
      ),
  )
}

/** All connections end. The next event starts the room on the copy. */
export async function setBackStorage(copy: StorageCopy): Promise<void> {
  await runInDurableObject(theRoom(), async (_, { storage }) => {
    const { sql } = storage
    storage.transactionSync(() => {
      for (const name of tablesOf(sql)) {
        sql.exec(`delete from ${name}`)
        for (const row of copy.get(name) ?? []) {
          const columns = Object.keys(row)
          const values = columns.map(() => '?').join()
          sql.exec(
            `insert into ${name} (${columns.join()}) values (${values})`,
            ...Object.values(row),
          )
        }
      }
    })
    await storage.deleteAlarm()
    await storage.sync()
  })
  await abortAllDurableObjects()
}

/** All connections end. The next event starts the room on an empty storage. */
export function loseStorage(): Promise<void> {
  return setBackStorage(new Map())
}
