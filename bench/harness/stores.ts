// The Postgres and the Redis behind the room. Both can be slowed down, and both count their calls.

import { randomUUID } from 'node:crypto'
import { runMigrations } from '../../local/migrations.ts'
import { serveNeon } from '../../local/neon-http.ts'
import { openPostgres } from '../../local/postgres.ts'
import { openRedis } from '../../local/redis.ts'
import { serveUpstash } from '../../local/upstash-http.ts'

export type Account = { id: string; username: string }

export type Stores = {
  /** The settings by which the room finds them. */
  bindings: Record<string, string>
  /** Calls so far. */
  calls(): { postgres: number; redis: number }
  setDelay(ms: number): void
  query(sql: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>
  clear(): Promise<void>
  addAccounts(count: number): Promise<Account[]>
  close(): Promise<void>
}

/** @param postgresUrl of a server, if not a Postgres in memory is to serve */
export async function openStores(postgresUrl?: string): Promise<Stores> {
  const postgres = await openPostgres(postgresUrl ? { url: postgresUrl } : { memory: true })
  const redis = await openRedis({ embedded: true })
  const calls = { postgres: 0, redis: 0 }
  const neon = await serveNeon({
    postgres: {
      ...postgres,
      use(work) {
        calls.postgres++
        return postgres.use(work)
      },
    },
  })
  const token = 'token-of-the-bench'
  const upstash = await serveUpstash({
    redis: {
      ...redis,
      call(command) {
        calls.redis++
        return redis.call(command)
      },
      transact(commands) {
        calls.redis++
        return redis.transact(commands)
      },
    },
    token,
  })
  await runMigrations(postgres)
  const query: Stores['query'] = (sql, parameters) =>
    postgres.use(async (session) => (await session.query(sql, parameters)).rows)

  return {
    bindings: {
      DATABASE_URL: neon.connectionString,
      NEON_FETCH_ENDPOINT: neon.url,
      UPSTASH_REDIS_REST_URL: upstash.url,
      UPSTASH_REDIS_REST_TOKEN: token,
    },
    calls: () => ({ ...calls }),
    setDelay(ms) {
      neon.setDelay(ms)
      upstash.setDelay(ms)
    },
    query,
    async clear() {
      await query('truncate messages, users, room_fences, reaction_totals, reaction_sets cascade')
      await redis.call(['FLUSHDB'])
    },
    async addAccounts(count) {
      const accounts = Array.from({ length: count }, (_, n) => ({
        id: randomUUID(),
        username: `person-${n}`,
      }))
      await query(
        `insert into users
           (id, username, username_canonical, email, email_canonical, password_hash)
         select id::uuid, username, username, id || '@bench.test', id || '@bench.test', '-'
         from jsonb_to_recordset($1) as account (id text, username text)`,
        [JSON.stringify(accounts)],
      )
      return accounts
    },
    async close() {
      await neon.close()
      await upstash.close()
      await postgres.close()
      await redis.close()
    },
  }
}
