// Checks that Postgres and Redis can serve the Worker, by the checks of `/ready` and through the same
// bridges. The message names what is missing, because only the operator sees this terminal.
import { type StoreFault, storeFaultDetail } from '../src/contract/store-faults.ts'
import { connectPostgres } from '../src/postgres/client.ts'
import { checkPostgres } from '../src/postgres/readiness.ts'
import { connectRedis } from '../src/redis/client.ts'
import { checkRedis } from '../src/redis/readiness.ts'
import type { NeonBridge } from './neon-http.ts'
import type { Postgres } from './postgres.ts'
import { Refusal } from './refusal.ts'
import type { Redis } from './reply.ts'
import type { UpstashBridge } from './upstash-http.ts'

export interface Stores {
  postgres: Postgres
  neon: NeonBridge
  redis: Redis
  upstash: UpstashBridge
}

/** In milliseconds: more than the largest LOCAL_DELAY_MS. */
const deadlineMs = 90_000

export async function demandStores({ postgres, neon, redis, upstash }: Stores): Promise<void> {
  const signal = () => AbortSignal.timeout(deadlineMs)
  const db = connectPostgres({ url: neon.connectionString, fetchEndpoint: neon.url, signal })
  const client = connectRedis({ url: upstash.url, token: upstash.token, signal })
  const [ofPostgres, ofRedis] = await Promise.all([checkPostgres(db), checkRedis(client)])
  demand(`Postgres (${postgres.name})`, ofPostgres)
  demand(`Redis (${redis.name})`, ofRedis)
}

function demand(store: string, fault: StoreFault | null): void {
  if (!fault) return
  const named = fault.of.length > 0 ? fault.of : [fault.code]
  throw new Refusal(`${store} cannot serve: ${storeFaultDetail(fault.code)} (${named.join(', ')})`)
}
