// Connects to Redis over Upstash's REST protocol. Replies are not converted, and every error
// reaches the caller.

import { Redis } from '@upstash/redis/cloudflare'

export type { Redis }

export type RedisSettings = {
  url: string
  token: string
  /** Called for each request; aborts it on timeout, together with its one retry. */
  signal: () => AbortSignal
}

export function connectRedis({ url, token, signal }: RedisSettings): Redis {
  return new Redis({
    url,
    token,
    signal,
    // A connection that was just closed deserves one retry, so a command may run twice. Only
    // `getdel` of a ticket is not idempotent: if its answer is lost, the client buys another
    // ticket.
    retry: { retries: 1, backoff: () => 20 },
    // Otherwise a username such as "123" or "null" would not stay a string.
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
  })
}

/**
 * A code that is safe to log and to show: Redis's own (`WRONGTYPE`…), `timeout` or `unreachable`.
 * Error messages are not safe: they may quote the whole command, including email addresses.
 */
export function redisFaultCode(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' }
  if (name === 'TimeoutError' || name === 'AbortError') return 'timeout'
  // The second condition matches the local bridge when the Redis behind it is gone.
  if (name !== 'UpstashError' || /^ERR Redis cannot be reached/.test(message)) return 'unreachable'
  const [, code] = /^(?:Command \d+ \[ \w+ \] failed: )?([A-Z]{3,})\b/.exec(message) ?? []
  return code ?? 'refused'
}
