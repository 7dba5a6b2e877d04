// The rows that Postgres holds, read past the service: from the server itself, or from the embedded
// one through the bridge in front of it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { ArchiveRow } from './checks.ts'

export type Archive = () => Promise<ArchiveRow[]>

// As one text, so that both ways read the same; times as the contract spells them.
const query = `
  select coalesce(json_agg(json_build_object(
    'id', id, 'user_id', user_id, 'content', content, 'revision', revision,
    'is_deleted', is_deleted, 'updated_at',
    to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by id), '[]')::text
  from messages`

/** @param url of the server; without one, the bridge is asked whose address the service was given */
export function openArchive(url: string | undefined, dataDir: string): Archive {
  return url === undefined ? () => askBridge(dataDir) : () => askServer(url)
}

async function askServer(url: string): Promise<ArchiveRow[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<[string]>({ text: query, rowMode: 'array' })
    return JSON.parse(rows[0]?.[0] ?? '')
  } finally {
    await client.end()
  }
}

async function askBridge(dataDir: string): Promise<ArchiveRow[]> {
  const settings = readFileSync(join(dataDir, 'worker', 'variables.env'), 'utf8')
  const setting = (name: string) => new RegExp(`^${name}='(.*)'$`, 'm').exec(settings)?.[1] ?? ''
  const response = await fetch(setting('NEON_FETCH_ENDPOINT'), {
    method: 'POST',
    headers: {
      'neon-connection-string': setting('DATABASE_URL'),
      'neon-raw-text-output': 'true',
      'neon-array-mode': 'true',
    },
    body: JSON.stringify({ query, params: [] }),
  })
  const { rows } = (await response.json()) as { rows: [[string]] }
  return JSON.parse(rows[0][0])
}
