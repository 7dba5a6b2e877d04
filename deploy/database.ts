// What a deploy does to the database by itself, over one connection.

import pg from 'pg'
import { readArguments } from '../local/arguments.ts'

const connectTimeoutMs = 20_000

/** Why it failed, without what may be secret; null: it is done. */
export type Failure = string | null

export async function workOn(
  url: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<Failure> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
  })
  // A connection that breaks fails the query, too; unheard, this event would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    await work(client)
    return null
  } catch (error) {
    return reasonOf(error)
  } finally {
    await client.end().catch(() => {})
  }
}

/** drizzle's errors quote the query, and names in it; what Postgres said of it is their cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause) return reasonOf(error.cause)
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  return error.message
}

type Deed = { usage: string; done: string }

/** Does it to the database that DATABASE_URL names, and ends the process if it fails. */
export async function runOnDatabase(
  work: (url: string) => Promise<Failure>,
  { usage, done }: Deed,
) {
  readArguments(usage, {})
  const url = process.env.DATABASE_URL
  if (!url) {
    console.error('Set DATABASE_URL to the postgres:// URL of the database.')
    process.exit(1)
  }
  const failure = await work(url)
  if (failure !== null) {
    console.error(`The database cannot be reached, or refused it: ${failure}`)
    process.exit(1)
  }
  console.log(done)
}
