// Stores for a Worker that a test runs in a workerd of its own.

import { runMigrations } from '../../local/migrations.ts'
import { serveNeon } from '../../local/neon-http.ts'
import { openPostgres } from '../../local/postgres.ts'
import { openRedis } from '../../local/redis.ts'
import { serveUpstash } from '../../local/upstash-http.ts'

/** A Postgres with our tables and a Redis, in the memory of this process, and their bridges. */
export async function openMemoryStores() {
  const postgres = await openPostgres({ memory: true })
  const redis = await openRedis({ embedded: true })
  const neon = await serveNeon({ postgres })
  const token = 'the token of Redis'
  const upstash = await serveUpstash({ redis, token })
  await runMigrations(postgres)
  const query = (sql: string, parameters?: unknown[]): Promise<Record<string, unknown>[]> =>
    postgres.use(async (session) => (await session.query(sql, parameters)).rows)
  return {
    bindings: {
      DATABASE_URL: neon.connectionString,
      NEON_FETCH_ENDPOINT: neon.url,
      UPSTASH_REDIS_REST_URL: upstash.url,
      UPSTASH_REDIS_REST_TOKEN: token,
    },
    query,
    async close() {
      await neon.close()
      await upstash.close()
      await postgres.close()
      await redis.close()
    },
  }
}
