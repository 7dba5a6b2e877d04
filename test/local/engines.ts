// The engines under test: embedded, or the servers that TEST_DATABASE_URL and TEST_REDIS_URL name.
// Everything that a test creates there has a name of its own.
import { randomUUID } from 'node:crypto'
import { openPostgres } from '../../local/postgres.ts'
import { openRedis } from '../../local/redis.ts'

export function openTestPostgres() {
  const url = process.env.TEST_DATABASE_URL
  return openPostgres(url ? { url } : { memory: true })
}

export function openTestRedis() {
  const url = process.env.TEST_REDIS_URL
  return openRedis(url ? { url } : { embedded: true })
}

export function uniqueName(): string {
  return `test_${randomUUID().replaceAll('-', '')}`
}
