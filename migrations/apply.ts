// Brings a database to the newest schema, in one transaction: for `npm start`, for a deploy and for
// the tests. It first copies the entries that an older release wrote to drizzle's own journal.

import { getTableName, sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type pg from 'pg'
import { sessionSettingsQuery } from '../src/postgres/session-settings.ts'
import { users } from '../src/postgres/tables.ts'
import { journal } from './journal.ts'

const migrationsFolder = import.meta.dirname

/** A lock for one migration at a time: a second start or deploy waits, and then has nothing to do. */
const turn = "pg_catalog.hashtext('edge_chat.migrations')"

const ownJournal = sql`${sql.identifier(journal.schema)}.${sql.identifier(journal.table)}`
/** Drizzle's default journal, to which other programs may write, too. */
const oldJournal = sql`drizzle.__drizzle_migrations`

/** @param session of one connection, for the transaction */
export async function applyMigrations(session: pg.Client | pg.PoolClient): Promise<void> {
  // The tables must be where the service looks for them, whatever search path the owner has set.
  await session.query(sessionSettingsQuery)
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

/** Only if the tables exist, because a database that lost them must get them again. */
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
