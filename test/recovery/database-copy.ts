// Backs the database up and loses it, with the programs that docs/recovery.md names.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { findPostgres, type Store } from '../harness/stores.ts'

export function dump(store: Store, file: string): Promise<void> {
  return run('pg_dump', [urlOf(store), '--format=custom', `--file=${file}`])
}

/** Into an empty database, at once: otherwise people would be told that messages do not exist. */
export function restore(store: Store, file: string): Promise<void> {
  return run('pg_restore', ['--single-transaction', '--dbname', urlOf(store), file])
}

export function dropEverything(store: Store): Promise<void> {
  return onDatabase(store, async (client) => {
    await client.query(
      'drop schema public cascade; drop schema edge_chat cascade; create schema public',
    )
  })
}

/** Rows of texts, past the service. */
export function query(store: Store, text: string): Promise<string[][]> {
  return onDatabase(
    store,
    async (client) => (await client.query({ text, rowMode: 'array' })).rows as string[][],
  )
}

/** Whether nobody else is connected to Postgres. */
export async function isAlone(store: Store): Promise<boolean> {
  const [[others] = []] = await query(
    store,
    `select count(*)::text from pg_stat_activity
     where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  )
  return others === '0'
}

export const urlOf = (store: Store) => store.urlAt(store.port)

async function onDatabase<T>(store: Store, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(store) })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function run(program: string, args: string[]): Promise<void> {
  const child = spawn(join(findPostgres() ?? '', program), args, {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${errors}`)
}
