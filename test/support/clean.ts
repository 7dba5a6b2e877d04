// Each file starts with an empty archive, an empty Redis and a room that has never been.

import { reset } from 'cloudflare:test'
import { neon, neonConfig } from '@neondatabase/serverless'
import { Redis } from '@upstash/redis/cloudflare'
import { beforeAll, inject } from 'vitest'

beforeAll(async () => {
  await reset()
  const { databaseUrl, neonEndpoint, redisUrl, redisToken } = inject('services')
  neonConfig.fetchEndpoint = neonEndpoint
  await neon(databaseUrl)`truncate messages, sessions, users`
  await new Redis({ url: redisUrl, token: redisToken, enableTelemetry: false }).flushdb()
})
