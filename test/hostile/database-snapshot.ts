// Snapshots of Postgres, taken before and after the attack: its structure, and the accounts of
// well-behaved users.

import type { Query } from '../harness/database.ts'

/** The structure of the database, without rows: one sentence for each fact. */
export async function readShape(query: Query): Promise<string[]> {
  const facts = await query(`
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

/** The rows of some accounts, without the time when they were last online. */
export async function readAccounts(query: Query, ids: readonly string[]): Promise<string[]> {
  const rows = await query(
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
