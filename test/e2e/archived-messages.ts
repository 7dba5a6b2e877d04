// Inserts old messages into Postgres, through the bridge in front of it.

import { nextId } from '../../src/domain/ids.ts'
import { openDatabase } from '../harness/database.ts'

export type ArchivedMessage = {
  user_id: string
  content: string
  /** Milliseconds since 1970, in ascending order. */
  at: number
}

const insertion = `
  insert into messages (id, user_id, content, created_at, is_deleted, revision)
  select id, user_id, content, to_timestamp(at / 1000.0), false, 1
  from json_to_recordset($1::json) as old (id uuid, user_id uuid, content text, at float8)`

export async function insertArchivedMessages(
  dataDir: string,
  messages: readonly ArchivedMessage[],
): Promise<void> {
  let id: string | null = null
  const rows = messages.map((message) => {
    id = nextId(id, message.at, crypto.getRandomValues(new Uint8Array(8)))
    return { id, ...message }
  })
  await openDatabase(dataDir)(insertion, [JSON.stringify(rows)])
}
