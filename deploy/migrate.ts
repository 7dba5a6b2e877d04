// `npm run db:migrate`, and the part of `npm run deploy` that migrates the database.

import pg from 'pg'
import { applyMigrations } from '../migrations/apply.ts'

const connectTimeoutMs = 20_000

/** @returns why it failed, without what may be secret; null: it is done */
export async function migrateDatabase(url: string): Promise<string | null> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
  })
  // A connection that breaks fails the query, too; unheard, this event would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    await applyMigrations(client)
    return null
  } catch (error) {
    return reasonOf(error)
  } finally {
    await client.end().catch(() => {})
  }
}

/** drizzle's errors quote the query; what Postgres said of it is their cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause) return reasonOf(error.cause)
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  return error.message
}

if (import.meta.main) {
  const url = process.env.DATABASE_URL
  if (!url) {
    console.error('Set DATABASE_URL to the postgres:// URL of the database to migrate.')
    process.exit(1)
  }
  const reason = await migrateDatabase(url)
  if (reason !== null) {
    console.error(`The database cannot be reached, or refused the migration: ${reason}`)
    process.exit(1)
  }
  console.log('The database is migrated.')
}
