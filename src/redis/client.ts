// Redis over Upstash's REST protocol. Replies come as they are, and every fault reaches the caller.

import { Redis } from '@upstash/redis/cloudflare'

export type { Redis }

export type RedisAddress = {
  url: string
  token: string
  /** Asked for at each request: ends it, its one retry included, when its time is up. */
  signal: () => AbortSignal
}

export function connectRedis({ url, token, signal }: RedisAddress): Redis {
  return new Redis({
    url,
    token,
    signal,
    // A connection that was just closed deserves a second try, and what is sent may come twice. Only
    // of a ticket that was taken and whose answer was lost nothing is found: the client buys another.
    retry: { retries: 1, backoff: () => 20 },
    // Else a username such as "123" or "null" would come back as something other than text.
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
  })
}

/**
 * A code that is safe to log and to show: Redis's own (`WRONGTYPE`…), `timeout` or `unreachable`.
 * The messages of these errors are not: they may quote the whole command, emails included.
 */
export function redisFault(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' }
  if (name === 'TimeoutError' || name === 'AbortError') return 'timeout'
  // The second is what the local bridge answers for a Redis behind it that is gone.
  if (name !== 'UpstashError' || /^ERR Redis cannot be reached/.test(message)) return 'unreachable'
  const [, code] = /^(?:Command \d+ \[ \w+ \] failed: )?([A-Z]{3,})\b/.exec(message) ?? []
  return code ?? 'refused'
}
