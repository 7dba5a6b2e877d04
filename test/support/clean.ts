// Each file starts with an empty archive and an empty Redis: the room's own storage is new, too.

import { neon, neonConfig } from '@neondatabase/serverless'
import { Redis } from '@upstash/redis/cloudflare'
import { beforeAll, inject } from 'vitest'

beforeAll(async () => {
  const { databaseUrl, neonEndpoint, redisUrl, redisToken } = inject('services')
  neonConfig.fetchEndpoint = neonEndpoint
  await neon(databaseUrl)`truncate messages, users`
  await new Redis({ url: redisUrl, token: redisToken, enableTelemetry: false }).flushdb()
})
