// Runs a script on the database over one connection.

import pg from 'pg'
import { readArguments } from '../local/arguments.ts'

const connectTimeoutMs = 20_000

/** The reason of a failure, without secrets; null: success. */
export type Failure = string | null

export async function withDatabase(
  url: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<Failure> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
  })
  // A broken connection also fails the query; without a listener this event would end the process.
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

/** drizzle's errors quote the query, including usernames. Their cause is the error of Postgres. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause) return reasonOf(error.cause)
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  return error.message
}

type Script = { usage: string; done: string }

/** Runs a script on the database of DATABASE_URL and ends the process if it fails. */
export async function runOnDatabase(
  work: (url: string) => Promise<Failure>,
  { usage, done }: Script,
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
