// Rows that nobody can use after a time of their own.

import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { iso } from './times.ts'

/** Rows that one call deletes at most. */
const rowsMax = 500

/** Deletes some of the rows that have expired. Rows that another call deletes are left out. */
export function deleteExpiredRows(
  table: PgTable & { expires_at: PgColumn },
  key: PgColumn,
  now: number,
): SQL {
  return sql`
    delete from ${table} where ${key} in (
      select ${key} from ${table} where ${table.expires_at} <= ${iso(now)}::timestamptz
      order by ${table.expires_at} limit ${rowsMax}
      for update skip locked
    )
  `
}
