// Brings a database to the newest schema, in one transaction: for `npm start`, for a deploy and for
// the tests. What an older release noted in drizzle's own journal is taken over first.

import { getTableName, sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type pg from 'pg'
import { settleSession } from '../src/postgres/session-settings.ts'
import { users } from '../src/postgres/tables.ts'
import { journal } from './journal.ts'

const migrationsFolder = import.meta.dirname

/** Held while a start or a deploy is at it: another one waits, and finds nothing left to do. */
const turn = "pg_catalog.hashtext('edge_chat.migrations')"

const ownJournal = sql`${sql.identifier(journal.schema)}.${sql.identifier(journal.table)}`
/** Where drizzle keeps it unless told otherwise; other programs may write there, too. */
const oldJournal = sql`drizzle.__drizzle_migrations`

/** @param session of one connection, for the transaction */
export async function applyMigrations(session: pg.Client | pg.PoolClient): Promise<void> {
  // The tables must be where the service looks for them, whatever search path the owner has set.
  await session.query(settleSession)
  await session.query(`select pg_catalog.pg_advisory_lock(${turn})`)
  try {
    await bringUp(drizzle(session))
  } finally {
    await session.query(`select pg_catalog.pg_advisory_unlock(${turn})`)
  }
}

async function bringUp(database: NodePgDatabase): Promise<void> {
  await database.transaction(takeOver)
  await migrate(database, {
    migrationsFolder,
    migrationsSchema: journal.schema,
    migrationsTable: journal.table,
  })
}

/** Rows of other programs are known by their hashes, and stay where they are. */
async function takeOver(database: Pick<NodePgDatabase, 'execute'>): Promise<void> {
  if (!(await hasOldJournal(database))) return
  await database.execute(sql`create schema if not exists ${sql.identifier(journal.schema)}`)
  // As drizzle's migrator would make it.
  await database.execute(sql`
    create table if not exists ${ownJournal}
      (id serial primary key, hash text not null, created_at bigint)`)
  const { rows } = await database.execute<{ hash: string }>(sql`
    select hash from ${oldJournal} except select hash from ${ownJournal}`)
  for (const { hash, folderMillis } of readMigrationFiles({ migrationsFolder })) {
    if (!rows.some((row) => row.hash === hash)) continue
    await database.execute(sql`
      insert into ${ownJournal} (hash, created_at) values (${hash}, ${folderMillis})`)
  }
}

/** Not without the tables: a database that lost them is to get them anew. */
async function hasOldJournal(database: Pick<NodePgDatabase, 'execute'>): Promise<boolean> {
  const { rows } = await database.execute<{ found: boolean }>(sql`
    select to_regclass(quote_ident(${getTableName(users)})) is not null and exists (
      select from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where nspname = 'drizzle' and relname = '__drizzle_migrations'
        and has_schema_privilege(pg_namespace.oid, 'usage')
        and has_table_privilege(pg_class.oid, 'select')
    ) as found`)
  return rows[0]?.found === true
}
