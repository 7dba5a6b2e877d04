// Inserts old messages into Postgres, through the bridge in front of it.

import { folded } from '../../src/domain/folded-text.ts'
import { nextId } from '../../src/domain/ids.ts'
import { openDatabase } from '../harness/database.ts'

export type ArchivedMessage = {
  user_id: string
  content: string
  /** Milliseconds since 1970, in ascending order. */
  at: number
  /** The index of the message that it replies to. */
  replyTo?: number
  /** User ids. */
  mentions?: string[]
}

const insertion = `
  insert into messages (id, user_id, content, folded, reply_to, mentions, created_at, is_deleted, revision)
  select id, user_id, content, folded, reply_to, mentions, to_timestamp(at / 1000.0), false, 1
  from json_to_recordset($1::json)
    as old (id uuid, user_id uuid, content text, folded text, reply_to uuid, mentions uuid[], at float8)`

/** @returns their ids */
export async function insertArchivedMessages(
  dataDir: string,
  messages: readonly ArchivedMessage[],
): Promise<string[]> {
  let id: string | null = null
  const ids = messages.map(({ at }) => {
    id = nextId(id, at, crypto.getRandomValues(new Uint8Array(8)))
    return id
  })
  const rows = messages.map(({ replyTo, ...message }, index) => ({
    ...message,
    id: ids[index],
    folded: folded(message.content),
    reply_to: replyTo === undefined ? null : ids[replyTo],
  }))
  await openDatabase(dataDir)(insertion, [JSON.stringify(rows)])
  return ids
}
