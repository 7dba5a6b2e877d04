// Connects to Postgres and Redis with the timeouts of requests, readiness checks and background work.

import type { Config } from './config.ts'
import type { Stores } from './http/app-env.ts'
import { connectPostgres } from './postgres/client.ts'
import { connectRedis } from './redis/client.ts'
import { systemClock } from './system-clock.ts'

/** Timeouts of a store, in milliseconds. */
export const deadlinesMs = {
  /** A request with one call to each store still answers within three seconds. */
  request: { postgres: 1_800, redis: 900 },
  probe: { postgres: 1_000, redis: 1_000 },
  /** For work after the response, and of the room. */
  background: { postgres: 10_000, redis: 5_000 },
}

/** Connects on first use, because most requests need neither store. */
export function connectStores(
  config: Config,
  signals: { [Store in keyof Stores]: () => AbortSignal },
) {
  let postgres: Stores['postgres'] | undefined
  let redis: Stores['redis'] | undefined
  return {
    get postgres() {
      postgres ??= connectPostgres({
        url: config.DATABASE_URL,
        fetchEndpoint: config.NEON_FETCH_ENDPOINT,
        signal: signals.postgres,
      })
      return postgres
    },
    get redis() {
      redis ??= connectRedis({
        url: config.UPSTASH_REDIS_REST_URL,
        token: config.UPSTASH_REDIS_REST_TOKEN,
        signal: signals.redis,
      })
      return redis
    },
  } satisfies Stores
}

export function timeoutSignals({ postgres, redis }: { [Store in keyof Stores]: number }) {
  return {
    postgres: () => AbortSignal.timeout(postgres),
    redis: () => AbortSignal.timeout(redis),
  }
}

/**
 * Opens the stores for one piece of work and aborts it after a timeout. The timer is always
 * cleared, because a pending one would keep the room awake.
 */
export async function withStores<T>(
  config: Config,
  ms: number,
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  const end = new AbortController()
  const cancel = systemClock.schedule(ms, () => end.abort())
  const signal = () => end.signal
  try {
    return await work(connectStores(config, { postgres: signal, redis: signal }))
  } finally {
    cancel()
  }
}
