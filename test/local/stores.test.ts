// The checks of the start and of `/ready`, against real stores that accept or refuse writes.

import { join } from 'node:path'
import Client from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { runMigrations } from '../../local/migrations.ts'
import { type NeonBridge, serveNeon } from '../../local/neon-http.ts'
import { openPostgres, type Postgres } from '../../local/postgres.ts'
import { openRedis } from '../../local/redis.ts'
import { findRedisServer, type RedisServer, startRedisServer } from '../../local/redis-server.ts'
import { type Redis, RedisError } from '../../local/reply.ts'
import { demandStores } from '../../local/stores.ts'
import { serveUpstash, type UpstashBridge } from '../../local/upstash-http.ts'
import { makeFolder } from './starts.ts'

let postgres: Postgres
let neon: NeonBridge
let embedded: Redis
let refusal: string | undefined
let upstash: UpstashBridge

beforeAll(async () => {
  postgres = await openPostgres({ memory: true })
  await runMigrations(postgres)
  neon = await serveNeon({ postgres })
  const engine = await openRedis({ embedded: true })
  embedded = {
    ...engine,
    async call(command) {
      if (refusal !== undefined) throw new RedisError(refusal)
      return engine.call(command)
    },
  }
  upstash = await serveUpstash({ redis: embedded, token: 'token' })
})

afterAll(async () => {
  await neon.close()
  await upstash.close()
  await postgres.close()
})

const run = (statement: string) => postgres.use((session) => session.query(statement))

/** The sentence with which the start would end; null: the stores can serve. */
async function refused(
  stores: Partial<Parameters<typeof demandStores>[0]> = {},
): Promise<string | null> {
  return demandStores({ postgres, neon, redis: embedded, upstash, ...stores }).then(
    () => null,
    (error: Error) => error.message,
  )
}

describe('Postgres', () => {
  test('that has everything serves', async () => {
    expect(await refused()).toBeNull()
  })

  test('names every table and column that it lacks', async () => {
    await run('alter table sessions rename to gone')
    await run('alter table users rename erased_at to gone')
    onTestFinished(async () => {
      await run('alter table gone rename to sessions')
      await run('alter table users rename gone to erased_at')
      expect(await refused()).toBeNull()
    })
    expect(await refused()).toMatch(
      /^Postgres \(in memory\) cannot serve: A table or a column that this version needs is not there \(sessions, users\.erased_at\)$/,
    )
  })
})

describe('the embedded Redis', () => {
  test('that refuses a write is named, and serves when it accepts writes again', async () => {
    refusal = "OOM command not allowed when used memory > 'maxmemory'."
    expect(await refused()).toBe(
      'Redis (embedded, in memory) cannot serve: It has no space left for what is written (OOM)',
    )
    refusal = undefined
    expect(await refused()).toBeNull()
  })
})

describe.skipIf(!findRedisServer())('a Redis server', () => {
  let server: RedisServer
  let redis: Redis
  let bridge: UpstashBridge
  let admin: Client

  beforeAll(async () => {
    server = await startRedisServer(join(makeFolder(), 'redis'))
    redis = await openRedis({ url: server.url })
    bridge = await serveUpstash({ redis, token: 'token' })
    admin = new Client(server.url, { protocol: 2 })
  })

  afterAll(async () => {
    admin.disconnect()
    await bridge.close()
    await redis.close()
    await server.stop()
  })

  test.each<[string, string[], string[], RegExp]>([
    [
      'is full',
      ['CONFIG', 'SET', 'maxmemory', '1'],
      ['CONFIG', 'SET', 'maxmemory', '0'],
      /It has no space left for what is written \(OOM\)$/,
    ],
    [
      'is a replica',
      ['REPLICAOF', '127.0.0.1', '1'],
      ['REPLICAOF', 'NO', 'ONE'],
      /It takes no writes \(READONLY\)$/,
    ],
    [
      'waits for replicas',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
      /It refuses writes for the time being \(NOREPLICAS\)$/,
    ],
    [
      'lets its user only read',
      ['ACL', 'SETUSER', 'default', '-@write'],
      ['ACL', 'SETUSER', 'default', '+@write'],
      /The service may not read or write there as it has to \(NOPERM\)$/,
    ],
  ])(
    'that %s does not serve, and serves again when it is repaired',
    async (_, harm, repair, message) => {
      const stores = { redis, upstash: bridge }
      expect(await refused(stores)).toBeNull()
      await admin.call(...(harm as [string]))
      expect(await refused(stores)).toMatch(message)
      await admin.call(...(repair as [string]))
      expect(await refused(stores)).toBeNull()
    },
  )
})
