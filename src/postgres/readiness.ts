// Checks whether Postgres can serve: all tables and columns exist, the role has the privileges and
// writes are accepted. One query of the catalogue, which writes nothing.

import { getTableColumns, getTableName, is, sql } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import type { StoreFault, StoreFaultCode } from '../contract/store-faults.ts'
import { type Postgres, postgresFaultCode } from './client.ts'
import * as moderationTables from './moderation-tables.ts'
import * as reactionTables from './reaction-tables.ts'
import * as tables from './tables.ts'

/** Messages are deleted only if they expire; rows of the other tables never are. */
const tablesWithDeletes: PgTable[] = [
  tables.sessions,
  tables.passwordResets,
  tables.readMarkers,
  moderationTables.restrictions,
  moderationTables.reports,
  moderationTables.audit,
  moderationTables.purges,
  reactionTables.reactionTotals,
  reactionTables.reactionSets,
]

const needed = [tables, moderationTables, reactionTables]
  .flatMap((module) => Object.values(module))
  .filter((table) => is(table, PgTable))
  .flatMap((table) =>
    Object.values(getTableColumns(table)).map((column) => ({
      table: getTableName(table),
      column: column.name,
      deletes: tablesWithDeletes.includes(table),
    })),
  )

type MissingItem = { table: string; column: string; what: 'table' | 'column' | 'permission' }

const codes: Record<string, StoreFaultCode> = {
  '3F000': 'schema_missing',
  '42P01': 'schema_missing',
  '42703': 'schema_missing',
  '28000': 'not_permitted',
  '28P01': 'not_permitted',
  '42501': 'not_permitted',
  '25006': 'read_only',
  '53100': 'full',
}

/** @param code as `postgresFaultCode` returns it */
export function toStoreFault(code: string): StoreFault {
  const known = codes[code]
  return known === undefined ? { code, of: [] } : { code: known, of: [code] }
}

/** @returns null: it can serve */
export async function checkPostgres(db: Postgres): Promise<StoreFault | null> {
  try {
    const { isReadOnly, lacks } = await readCatalogue(db)
    const missing = lacks.filter(({ what }) => what !== 'permission')
    if (missing.length > 0) return { code: 'schema_missing', of: namesOf(missing) }
    if (lacks.length > 0) return { code: 'not_permitted', of: namesOf(lacks) }
    return isReadOnly ? { code: 'read_only', of: [] } : null
  } catch (error) {
    return toStoreFault(postgresFaultCode(error))
  }
}

/** Names a missing table once, instead of each of its columns. */
function namesOf(lacks: MissingItem[]): string[] {
  const names = lacks.map(({ table, column, what }) =>
    what === 'table' ? table : `${table}.${column}`,
  )
  return [...new Set(names)]
}

/** Resolves names as all other queries do. A standby counts as read-only too. */
async function readCatalogue(db: Postgres): Promise<{ isReadOnly: boolean; lacks: MissingItem[] }> {
  const { rows } = await db.execute<{ is_read_only: boolean; lacks: MissingItem[] }>(sql`
    with needed as (
      select "table", "column", deletes, to_regclass(quote_ident("table")) as relation
      from jsonb_to_recordset(${JSON.stringify(needed)}::jsonb)
        as needed ("table" text, "column" text, deletes boolean)
    ), lacks as (
      select "table", "column",
        case
          when relation is null then 'table'
          when attnum is null then 'column'
          else 'permission'
        end as what
      from needed
      left join pg_attribute on attrelid = relation and attname = "column" and not attisdropped
      where attnum is null or not (
        has_column_privilege(relation, attnum, 'select')
        and has_column_privilege(relation, attnum, 'insert')
        and has_column_privilege(relation, attnum, 'update')
        and (not deletes or has_table_privilege(relation, 'delete'))
      )
    )
    select
      current_setting('transaction_read_only') = 'on' as is_read_only,
      coalesce((select jsonb_agg(lacks order by "table", "column") from lacks), '[]') as lacks`)
  const [found] = rows
  return { isReadOnly: found?.is_read_only !== false, lacks: found?.lacks ?? [] }
}
