import { afterEach, expect, inject, test, vi } from 'vitest'
import { connectRedis, redisFaultCode } from '../../src/redis/client.ts'

const { redisUrl, redisToken } = inject('services')
const own = () => `client-test:${crypto.randomUUID()}`

function connect(change: { token?: string; signal?: () => AbortSignal } = {}) {
  return connectRedis({
    url: redisUrl,
    token: redisToken,
    signal: () => AbortSignal.timeout(5_000),
    ...change,
  })
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it must fail'),
    (error: unknown) => error,
  )
}

afterEach(() => {
  vi.unstubAllGlobals()
})

test.each(['123', 'null', 'true', '{"a":1}', '"x"', '1e3', 'Zoë 👩', 'OK'])(
  'the text %j comes back as it was given',
  async (text) => {
    const key = own()
    await connect().set(key, text, { ex: 60 })
    expect(await connect().get(key)).toBe(text)
  },
)

test('a request without an answer times out', async () => {
  vi.stubGlobal('fetch', (_url: string, { signal }: { signal: AbortSignal }) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  })
  const error = await failure(connect({ signal: () => AbortSignal.timeout(20) }).get(own()))
  expect(redisFaultCode(error)).toBe('timeout')
})

test('a request that cannot be made is retried once, then fails', async () => {
  const fetches = vi.fn(async () => {
    throw new TypeError('fetch failed')
  })
  vi.stubGlobal('fetch', fetches)
  expect(redisFaultCode(await failure(connect().get(own())))).toBe('unreachable')
  expect(fetches).toHaveBeenCalledTimes(2)
})

test('no telemetry is sent', async () => {
  const fetches = vi.fn(async (_url: string, _init: RequestInit) => Response.json({ result: null }))
  vi.stubGlobal('fetch', fetches)
  await connect().get(own())
  const headers = Object.keys(fetches.mock.calls[0]?.[1].headers ?? {})
  expect(headers.filter((name) => /telemetry/i.test(name))).toEqual([])
})

test('a wrong token is an error', async () => {
  const error = await failure(connect({ token: 'wrong' }).get(own()))
  expect(redisFaultCode(error)).toBe('WRONGPASS')
})

test('a command that Redis refuses is an error, alone and within a transaction', async () => {
  const redis = connect()
  const key = own()
  await redis.set(key, 'text', { ex: 60 })
  expect(redisFaultCode(await failure(redis.zcard(key)))).toBe('WRONGTYPE')
  expect(redisFaultCode(await failure(redis.multi().get(key).zcard(key).exec()))).toBe('WRONGTYPE')
})

test('a Redis that is gone behind the local bridge is unreachable', async () => {
  const body = { error: 'ERR Redis cannot be reached: connect ECONNREFUSED' }
  vi.stubGlobal('fetch', async () => Response.json(body, { status: 503 }))
  expect(redisFaultCode(await failure(connect().get(own())))).toBe('unreachable')
})

test('an answer that is not JSON is an error', async () => {
  vi.stubGlobal('fetch', async () => new Response('<html>Bad gateway</html>', { status: 502 }))
  await expect(connect().get(own())).rejects.toThrow()
})
