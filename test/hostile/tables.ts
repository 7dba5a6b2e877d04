// Postgres behind the back of the service: whether its tables are what they were, and whether what
// belongs to the honest was touched.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Rows of texts. */
export type Ask = (query: string) => Promise<(string | null)[][]>

/** What the Worker was told, among it where the database is. */
export function readVariables(dataDir: string): Record<string, string> {
  const text = readFileSync(join(dataDir, 'worker', 'variables.env'), 'utf8')
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}

export function openTables(dataDir: string): Ask {
  const { NEON_FETCH_ENDPOINT = '', DATABASE_URL = '' } = readVariables(dataDir)
  return async (query) => {
    const response = await fetch(NEON_FETCH_ENDPOINT, {
      method: 'POST',
      headers: {
        'neon-connection-string': DATABASE_URL,
        'neon-raw-text-output': 'true',
        'neon-array-mode': 'true',
      },
      body: JSON.stringify({ query, params: [] }),
    })
    const answer = (await response.json()) as { rows?: (string | null)[][]; message?: string }
    if (!answer.rows) throw new Error(`Postgres says ${answer.message}`)
    return answer.rows
  }
}

/** Everything that makes up the tables but their rows, one fact a line. */
export async function readShape(ask: Ask): Promise<string[]> {
  const facts = await ask(`
    select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
      || ' ' || coalesce(column_default, '') from information_schema.columns
      where table_schema = 'public'
    union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' '
      || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
    union all select 'trigger ' || tgname from pg_trigger where not tgisinternal
    union all select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace
    union all select 'role ' || rolname || ' ' || rolsuper from pg_roles`)
  return facts.map(([fact]) => String(fact)).sort()
}

/** The rows of some accounts as they are, but for when they were last here. */
export async function readAccounts(ask: Ask, ids: readonly string[]): Promise<string[]> {
  const rows = await ask(
    `select (to_jsonb(users) - 'last_seen')::text from users where id in (${quoted(ids)}) order by id`,
  )
  return rows.map(([row]) => String(row))
}

export function quoted(ids: readonly string[]): string {
  return ids.map((id) => `'${id}'`).join(', ')
}

export function compareFacts(before: readonly string[], after: readonly string[]): string[] {
  const [was, is] = [new Set(before), new Set(after)]
  return [
    ...before.filter((fact) => !is.has(fact)).map((fact) => `gone: ${fact}`),
    ...after.filter((fact) => !was.has(fact)).map((fact) => `new: ${fact}`),
  ]
}
