// Each test file starts with an empty archive, an empty Redis, a new room and a new Worker, and each test
// with the real time and the usual retention.

import { reset } from 'cloudflare:test'
import { neon, neonConfig } from '@neondatabase/serverless'
import { Redis } from '@upstash/redis/cloudflare'
import { afterEach, beforeAll, inject } from 'vitest'
import { defaultRetention } from '../../src/room/log/retention.ts'
import { archiveTableNames } from './archive-tables.ts'
import { theRoom } from './chat.ts'
import { testClock } from './test-clock.ts'
import { newIsolate, retention, roomSettings } from './worker.ts'

beforeAll(async () => {
  Object.assign(roomSettings, { generation: 0, retentionDays: 0 })
  newIsolate()
  await reset()
  const { databaseUrl, neonEndpoint, redisUrl, redisToken } = inject('services')
  neonConfig.fetchEndpoint = neonEndpoint
  await emptyArchive(databaseUrl)
  await new Redis({ url: redisUrl, token: redisToken, enableTelemetry: false }).flushdb()
  // The room begins while Postgres is empty, so it restores nothing.
  await theRoom().state()
})

/** Postgres may still run a statement of the room before, and then ends one of the two as a deadlock. */
async function emptyArchive(databaseUrl: string): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      await neon(databaseUrl).query(`truncate ${archiveTableNames}`)
      return
    } catch (error) {
      if (tries === 5 || (error as { code?: string }).code !== '40P01') throw error
    }
}

afterEach(() => {
  testClock.reset()
  Object.assign(retention, defaultRetention)
})
