// Starts Postgres and Redis behind their bridges for the tests in workerd, and a control server with
// which tests inject faults. TEST_DATABASE_URL and TEST_REDIS_URL name real servers.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type Bridge, type Fault, serve } from '../../local/bridge.ts'
import { runMigrations } from '../../local/migrations.ts'
import { serveNeon } from '../../local/neon-http.ts'
import { openPostgres, type Postgres } from '../../local/postgres.ts'
import { openRedis } from '../../local/redis.ts'
import { type Redis, RedisError } from '../../local/reply.ts'
import { serveUpstash } from '../../local/upstash-http.ts'

export type Settings = {
  DATABASE_URL: string
  NEON_FETCH_ENDPOINT: string
  UPSTASH_REDIS_REST_URL: string
  UPSTASH_REDIS_REST_TOKEN: string
  JWT_SECRET: string
  ADMIN_TOKEN: string
  BCRYPT_COST: string
  ACCESS_TOKEN_TTL: string
  ADDRESS_SOCKETS: string
  ALLOWED_ORIGINS: string
  MAIL_FROM: string
  MAIL_API_URL: string
  MAIL_API_TOKEN: string
  PUBLIC_URL: string
}

/** A request to the control server. */
export type Trouble = {
  part: 'postgres' | 'redis'
  fault?: Fault
  delayMs?: number
  /** SQL with which each session of Postgres begins, such as `set role …`. */
  begin?: string
  /** The error with which Redis refuses each write, such as `OOM …`. */
  refusal?: string
}

export type Services = {
  databaseUrl: string
  neonEndpoint: string
  redisUrl: string
  redisToken: string
  controlUrl: string
}

declare module 'vitest' {
  interface ProvidedContext {
    settings: Settings
    services: Services
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env
  const postgres = await openPostgres(
    TEST_DATABASE_URL ? { url: TEST_DATABASE_URL } : { memory: true },
  )
  // A database of its own, because the tests of the bridges empty theirs.
  const redis = await openRedis(
    TEST_REDIS_URL ? { url: `${TEST_REDIS_URL.replace(/\/\d*$/, '')}/1` } : { embedded: true },
  )
  const storeFaults: StoreFaults = {}
  const neon = await serveNeon({ postgres: faultyPostgres(postgres, storeFaults) })
  const upstash = await serveUpstash({
    redis: faultyRedis(redis, storeFaults),
    token: 'token-of-the-tests',
  })
  // Takes every mail. The tests of mails give the Worker a binding instead, and so see them.
  const mail = await serve({}, async () => ({ status: 200, body: {} }))
  await runMigrations(postgres)
  const control = await serveControl({ postgres: neon, redis: upstash }, storeFaults)

  project.provide('settings', {
    DATABASE_URL: neon.connectionString,
    NEON_FETCH_ENDPOINT: neon.url,
    UPSTASH_REDIS_REST_URL: upstash.url,
    UPSTASH_REDIS_REST_TOKEN: upstash.token,
    JWT_SECRET: 'a secret of the tests, at least 32 bytes',
    ADMIN_TOKEN: 'the-admin-token-of-the-tests-of-32-bytes',
    BCRYPT_COST: '4',
    // As long as in tokenFor, because no token is accepted for longer.
    ACCESS_TOKEN_TTL: '86400',
    ADDRESS_SOCKETS: '20',
    // The tests call the local Worker by this name.
    ALLOWED_ORIGINS: 'http://chat.test',
    MAIL_FROM: 'Edge Chat <chat@example.com>',
    MAIL_API_URL: mail.url,
    MAIL_API_TOKEN: 'token-of-the-mails',
    PUBLIC_URL: 'https://public.example.com',
  })
  project.provide('services', {
    databaseUrl: neon.connectionString,
    neonEndpoint: neon.url,
    redisUrl: upstash.url,
    redisToken: upstash.token,
    controlUrl: control.url,
  })
  return async () => {
    await control.close()
    await mail.close()
    await neon.close()
    await upstash.close()
    await postgres.close()
    await redis.close()
  }
}

/** Faults of the stores themselves. */
type StoreFaults = Pick<Trouble, 'begin' | 'refusal'>

function faultyPostgres(postgres: Postgres, storeFaults: StoreFaults): Postgres {
  return {
    ...postgres,
    use: (work) =>
      postgres.use(async (session) => {
        if (storeFaults.begin !== undefined) await session.query(storeFaults.begin)
        return work(session)
      }),
  }
}

const harmless = new Set(['PING', 'GET', 'EXISTS', 'ZRANGE', 'ZCARD', 'HGETALL'])

function faultyRedis(redis: Redis, storeFaults: StoreFaults): Redis {
  const refuse = ([name = '']: string[]) => {
    if (storeFaults.refusal !== undefined && !harmless.has(name.toUpperCase()))
      throw new RedisError(storeFaults.refusal)
  }
  return {
    ...redis,
    async call(command) {
      refuse(command)
      return redis.call(command)
    },
    async transact(commands) {
      for (const command of commands) refuse(command)
      return redis.transact(commands)
    },
  }
}

async function serveControl(parts: Record<Trouble['part'], Bridge>, storeFaults: StoreFaults) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    if (body) {
      const { part, fault, delayMs = 0, begin, refusal } = JSON.parse(body) as Trouble
      parts[part].setFault(fault)
      parts[part].setDelay(delayMs)
      Object.assign(storeFaults, part === 'postgres' ? { begin } : { refusal })
    }
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
