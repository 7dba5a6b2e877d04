// Messages of long ago, put into Postgres past the service, through the bridge in front of it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nextId } from '../../src/domain/ids.ts'

export type OldMessage = {
  user_id: string
  content: string
  /** Milliseconds since the epoch; each at or after the one before. */
  at: number
}

const insertion = `
  insert into messages (id, user_id, content, created_at, is_deleted, revision)
  select id, user_id, content, to_timestamp(at / 1000.0), false, 1
  from json_to_recordset($1::json) as old (id uuid, user_id uuid, content text, at float8)`

export async function archive(dataDir: string, messages: readonly OldMessage[]): Promise<void> {
  const settings = readFileSync(join(dataDir, 'worker', 'variables.env'), 'utf8')
  const setting = (name: string) => new RegExp(`^${name}='(.*)'$`, 'm').exec(settings)?.[1] ?? ''
  let id: string | null = null
  const rows = messages.map((message) => {
    id = nextId(id, message.at, crypto.getRandomValues(new Uint8Array(8)))
    return { id, ...message }
  })
  const response = await fetch(setting('NEON_FETCH_ENDPOINT'), {
    method: 'POST',
    headers: {
      'neon-connection-string': setting('DATABASE_URL'),
      'neon-raw-text-output': 'true',
      'neon-array-mode': 'true',
    },
    body: JSON.stringify({ query: insertion, params: [JSON.stringify(rows)] }),
  })
  if (!response.ok) throw new Error(`Not archived: ${response.status} ${await response.text()}`)
}
