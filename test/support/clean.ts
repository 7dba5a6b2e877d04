// Each test file starts with an empty archive, an empty Redis, a new room and a new Worker, and each test
// with the real time and the usual retention.

import { reset } from 'cloudflare:test'
import { Redis } from '@upstash/redis/cloudflare'
import { afterEach, beforeAll, inject } from 'vitest'
import { defaultRetention } from '../../src/room/log/retention.ts'
import { archiveTableNames } from './archive-tables.ts'
import { emptyTables, theRoom } from './chat.ts'
import { testClock } from './test-clock.ts'
import { newIsolate, retention, roomSettings } from './worker.ts'

beforeAll(async () => {
  Object.assign(roomSettings, { generation: 0, retentionDays: 0 })
  newIsolate()
  await reset()
  const { redisUrl, redisToken } = inject('services')
  await emptyTables(archiveTableNames)
  await new Redis({ url: redisUrl, token: redisToken, enableTelemetry: false }).flushdb()
  // The room begins while Postgres is empty, so it restores nothing.
  await theRoom().state()
})

afterEach(() => {
  testClock.reset()
  Object.assign(retention, defaultRetention)
})
