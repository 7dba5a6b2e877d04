// Proves that Postgres and Redis can serve the Worker, by the looks that `/ready` takes and through
// the same bridges. What is missing is named: this is the operator's own terminal.
import { faultSentence, type PartFault } from '../src/contract/part-faults.ts'
import { connectPostgres } from '../src/postgres/client.ts'
import { lookAtPostgres } from '../src/postgres/readiness.ts'
import { connectRedis } from '../src/redis/client.ts'
import { lookAtRedis } from '../src/redis/readiness.ts'
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

/** In milliseconds: more than the longest delay that a start may be given. */
const deadlineMs = 90_000

export async function demandStores({ postgres, neon, redis, upstash }: Stores): Promise<void> {
  const signal = () => AbortSignal.timeout(deadlineMs)
  const db = connectPostgres({ url: neon.connectionString, fetchEndpoint: neon.url, signal })
  const client = connectRedis({ url: upstash.url, token: upstash.token, signal })
  const [ofPostgres, ofRedis] = await Promise.all([lookAtPostgres(db), lookAtRedis(client)])
  demand(`Postgres (${postgres.name})`, ofPostgres)
  demand(`Redis (${redis.name})`, ofRedis)
}

function demand(store: string, fault: PartFault | null): void {
  if (!fault) return
  const named = fault.of.length > 0 ? fault.of : [fault.code]
  throw new Refusal(`${store} cannot serve: ${faultSentence(fault.code)} (${named.join(', ')})`)
}
