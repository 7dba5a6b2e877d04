// Queries to the Postgres of a running service, made past the service through the bridge that it uses.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchiveRow } from '../kit/final-state.ts'

/** @returns rows of texts */
export type Query = (query: string, params?: unknown[]) => Promise<(string | null)[][]>

/** The settings that `npm start` wrote for the Worker. */
export function readVariables(dataDir: string): Record<string, string> {
  const text = readFileSync(join(dataDir, 'worker', 'variables.env'), 'utf8')
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}

export function openDatabase(dataDir: string): Query {
  const { NEON_FETCH_ENDPOINT = '', DATABASE_URL = '' } = readVariables(dataDir)
  return async (query, params = []) => {
    const response = await fetch(NEON_FETCH_ENDPOINT, {
      method: 'POST',
      headers: {
        'neon-connection-string': DATABASE_URL,
        'neon-raw-text-output': 'true',
        'neon-array-mode': 'true',
      },
      body: JSON.stringify({ query, params }),
    })
    const answer = (await response.json()) as { rows?: (string | null)[][]; message?: string }
    if (!answer.rows) throw new Error(`Postgres answers ${answer.message}`)
    return answer.rows
  }
}

/** All messages by id, as one JSON array, with times in the form of the contract. */
export const archiveQuery = `
  select coalesce(json_agg(json_build_object(
    'id', id, 'user_id', user_id, 'content', content, 'revision', revision,
    'is_deleted', is_deleted, 'updated_at',
    to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by id), '[]')::text
    as archive
  from messages`

export async function readArchive(dataDir: string): Promise<ArchiveRow[]> {
  const [[json] = []] = await openDatabase(dataDir)(archiveQuery)
  return JSON.parse(json ?? '')
}
