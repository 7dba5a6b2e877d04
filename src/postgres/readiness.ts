// Whether Postgres can serve: it has every table and column of tables.ts, this role may read and
// write them, and it takes writes. One look at the catalogue, which writes nothing.

import { getTableColumns, getTableName, is, sql } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import type { PartFault, PartFaultCode } from '../contract/part-faults.ts'
import { type Postgres, postgresFault } from './client.ts'
import * as tables from './tables.ts'

/** Rows of the others are blanked, never deleted. */
const deleted: PgTable[] = [tables.sessions]

const needed = Object.values(tables)
  .filter((table) => is(table, PgTable))
  .flatMap((table) =>
    Object.values(getTableColumns(table)).map((column) => ({
      table: getTableName(table),
      column: column.name,
      deletes: deleted.includes(table),
    })),
  )

type Lack = { table: string; column: string; what: 'table' | 'column' | 'permission' }

const codes: Record<string, PartFaultCode> = {
  '3F000': 'schema_missing',
  '42P01': 'schema_missing',
  '42703': 'schema_missing',
  '28000': 'not_permitted',
  '28P01': 'not_permitted',
  '42501': 'not_permitted',
  '25006': 'read_only',
  '53100': 'full',
}

/** @param code as `postgresFault` gives it */
export function postgresPartFault(code: string): PartFault {
  const known = codes[code]
  return known === undefined ? { code, of: [] } : { code: known, of: [code] }
}

/** @returns null: it can serve */
export async function lookAtPostgres(db: Postgres): Promise<PartFault | null> {
  try {
    const { isReadOnly, lacks } = await readCatalogue(db)
    const missing = lacks.filter(({ what }) => what !== 'permission')
    if (missing.length > 0) return { code: 'schema_missing', of: namesOf(missing) }
    if (lacks.length > 0) return { code: 'not_permitted', of: namesOf(lacks) }
    return isReadOnly ? { code: 'read_only', of: [] } : null
  } catch (error) {
    return postgresPartFault(postgresFault(error))
  }
}

/** A table once, whatever it lacks or has of its columns. */
function namesOf(lacks: Lack[]): string[] {
  const names = lacks.map(({ table, column, what }) =>
    what === 'table' ? table : `${table}.${column}`,
  )
  return [...new Set(names)]
}

/** Names are looked up as any query of ours would find them. A standby counts as read-only, too. */
async function readCatalogue(db: Postgres): Promise<{ isReadOnly: boolean; lacks: Lack[] }> {
  const { rows } = await db.execute<{ is_read_only: boolean; lacks: Lack[] }>(sql`
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
