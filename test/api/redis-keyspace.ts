// A Redis client with keys of its own, so that tests can share one server.

import { connectRedis, type Redis } from '../../src/redis/client.ts'

type Command = [name: string, key: string, ...args: unknown[]]

type Services = { redisUrl: string; redisToken: string }

/** A client with the keys of the server. */
export function connectShared({ redisUrl: url, redisToken: token }: Services): Redis {
  return connectRedis({ url, token, signal: () => AbortSignal.timeout(5_000) })
}

export function connectApart(services: Services): Redis {
  const redis = connectShared(services)
  const space = crypto.randomUUID()
  const apart = ([name, key, ...args]: Command): Command => [name, `${space}:${key}`, ...args]
  redis.use((request, next) => {
    const body = request.body as Command | Command[]
    return next({
      ...request,
      body: Array.isArray(body[0]) ? (body as Command[]).map(apart) : apart(body as Command),
    })
  })
  return redis
}
