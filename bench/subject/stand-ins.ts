// Postgres and Redis behind the room: local ones, that can be made slow and that count their calls.
// BENCH_DATABASE_URL and BENCH_REDIS_URL name servers instead; their chat tables and keys are emptied.

import { randomUUID } from 'node:crypto'
import { runMigrations } from '../../local/migrations.ts'
import { serveNeon } from '../../local/neon-http.ts'
import { openPostgres, type Postgres } from '../../local/postgres.ts'
import { openRedis } from '../../local/redis.ts'
import type { Redis } from '../../local/reply.ts'
import { serveUpstash } from '../../local/upstash-http.ts'

export type Account = { id: string; username: string }

export type StandIns = {
  names: { postgres: string; redis: string }
  variables: Record<string, string>
  /** Calls so far. */
  calls(): { postgres: number; redis: number }
  setDelay(ms: number): void
  clear(): Promise<void>
  addAccounts(count: number): Promise<Account[]>
  countMessages(): Promise<number>
  close(): Promise<void>
}

export async function openStandIns(): Promise<StandIns> {
  const { BENCH_DATABASE_URL, BENCH_REDIS_URL } = process.env
  const postgres = await openPostgres(
    BENCH_DATABASE_URL ? { url: BENCH_DATABASE_URL } : { memory: true },
  )
  const redis = await openRedis(BENCH_REDIS_URL ? { url: BENCH_REDIS_URL } : { embedded: true })
  const counts = { postgres: 0, redis: 0 }
  const neon = await serveNeon({ postgres: counting(postgres, () => counts.postgres++) })
  const token = 'token-of-the-bench'
  const upstash = await serveUpstash({
    redis: countingRedis(redis, () => counts.redis++),
    token,
  })
  await runMigrations(postgres)

  return {
    names: { postgres: postgres.name, redis: redis.name },
    variables: {
      DATABASE_URL: neon.connectionString,
      NEON_FETCH_ENDPOINT: neon.url,
      UPSTASH_REDIS_REST_URL: upstash.url,
      UPSTASH_REDIS_REST_TOKEN: token,
    },
    calls: () => ({ ...counts }),
    setDelay(ms) {
      neon.setDelay(ms)
      upstash.setDelay(ms)
    },
    async clear() {
      await postgres.use((session) => session.query('truncate messages, sessions, users'))
      await redis.call(['FLUSHDB'])
    },
    addAccounts: (count) => addAccounts(postgres, count),
    countMessages: () =>
      postgres.use(async (session) => {
        const { rows } = await session.query('select count(*)::int as n from messages')
        return rows[0].n
      }),
    async close() {
      await neon.close()
      await upstash.close()
      await postgres.close()
      await redis.close()
    },
  }
}

async function addAccounts(postgres: Postgres, count: number): Promise<Account[]> {
  const accounts = Array.from({ length: count }, (_, n) => ({
    id: randomUUID(),
    username: `person-${n}`,
  }))
  await postgres.use((session) =>
    session.query(
      `insert into users
         (id, username, username_canonical, email, email_canonical, password_hash)
       select id::uuid, username, username, id || '@bench.test', id || '@bench.test', '-'
       from jsonb_to_recordset($1) as account (id text, username text)`,
      [JSON.stringify(accounts)],
    ),
  )
  return accounts
}

function counting(postgres: Postgres, count: () => void): Postgres {
  return {
    ...postgres,
    use(work) {
      count()
      return postgres.use(work)
    },
  }
}

function countingRedis(redis: Redis, count: () => void): Redis {
  return {
    ...redis,
    call(command) {
      count()
      return redis.call(command)
    },
    transact(commands) {
      count()
      return redis.transact(commands)
    },
  }
}
