// Opens Redis: a server by its URL, a server that is started for one folder, or the embedded engine.
import Client from 'ioredis'
import { openEmbeddedRedis } from './embedded-redis.ts'
import { startRedisServer } from './redis-server.ts'
import { Refusal, reasonOf } from './refusal.ts'
import { type Redis, RedisError, type Reply } from './reply.ts'

export type RedisPlace = { url: string } | { serverDir: string } | { embedded: true; file?: string }

const reconnectMs = 100
const connectTimeoutMs = 3_000

export async function openRedis(place: RedisPlace): Promise<Redis> {
  if ('url' in place) return connect(place.url)
  if ('embedded' in place) return openEmbeddedRedis(place)
  const server = await startRedisServer(place.serverDir)
  const redis = await connect(server.url).catch(async (error) => {
    await server.stop()
    throw error
  })
  return {
    ...redis,
    name: `${server.program} of its own, in ${place.serverDir}`,
    ended: server.ended,
    async close() {
      await redis.close()
      await server.stop()
    },
  }
}

async function connect(url: string): Promise<Redis> {
  const { hostname, port, pathname } = new URL(url)
  const name = `${hostname}:${port || 6379}${pathname}`
  const client = new Client(url, {
    protocol: 2,
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    retryStrategy: () => reconnectMs,
    // Calls fail at once during an outage, and a call that has failed is not run later.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  })
  // Calls and the first connect also fail, but only this event has the reason.
  let lastError: unknown
  client.on('error', (error) => {
    lastError = error
  })
  try {
    await client.connect()
  } catch (error) {
    client.disconnect()
    throw new Refusal(`Redis at ${name} cannot be used: ${reasonOf(lastError ?? error)}`)
  }
  return {
    name,
    kind: 'server',
    async call(command) {
      try {
        return (await client.call(...spelled(command))) as Reply
      } catch (error) {
        throw asRedisError(error)
      }
    },
    async transact(commands) {
      const transaction = client.multi()
      for (const command of commands) transaction.call(...spelled(command))
      try {
        const results = (await transaction.exec()) ?? []
        return results.map(([error, reply]) =>
          error instanceof Error ? new RedisError(error.message) : (reply as Reply),
        )
      } catch (error) {
        throw asRedisError(error)
      }
    },
    async close() {
      client.disconnect()
    },
  }
}

/** ioredis converts the answers to some commands if their names are in lower case. */
function spelled([name = '', ...args]: string[]): [string, ...string[]] {
  return [name.toUpperCase(), ...args]
}

function asRedisError(error: unknown): unknown {
  const refused = error instanceof Error && error.name === 'ReplyError'
  return refused ? new RedisError(error.message) : error
}
