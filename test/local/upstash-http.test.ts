import { Redis as Client } from '@upstash/redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Redis } from '../../local/reply.ts'
import { serveUpstash, type UpstashBridge } from '../../local/upstash-http.ts'
import { openTestRedis, uniqueName } from './engines.ts'

const token = 'a-token-of-this-test'
const key = uniqueName()
const other = `${key}:other`

let redis: Redis
let bridge: UpstashBridge
let client: Client

beforeAll(async () => {
  redis = await openTestRedis()
  bridge = await serveUpstash({ redis, token })
  client = new Client({ url: bridge.url, token, retry: false, enableTelemetry: false })
})

afterEach(() => redis.call(['DEL', key, other]))

afterAll(async () => {
  await bridge.close()
  await redis.close()
})

function post(path: string, body: string, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${token}`
  return fetch(`${bridge.url}${path}`, {
    method: 'POST',
    headers: { authorization, ...headers },
    body,
  })
}

describe('the client', () => {
  test('gets texts back unchanged', async () => {
    for (const text of ['OK', '', 'ä\u{1f600}', ' "\\\n', 'null', '007']) {
      await client.set(key, text)
      expect(await client.get(key)).toEqual(text === 'null' ? null : text)
    }
  })

  test('gets objects back', async () => {
    await client.set(key, { a: [1, 'ä'] }, { ex: 100 })
    expect(await client.get(key)).toEqual({ a: [1, 'ä'] })
    expect(await client.ttl(key)).toBe(100)
  })

  test('gets hashes and sorted sets back', async () => {
    await client.hset(key, { a: 'OK', b: 'ä' })
    expect(await client.hgetall(key)).toEqual({ a: 'OK', b: 'ä' })
    await client.zadd(other, { score: 1, member: 'one' }, { score: 2, member: 'OK' })
    expect(await client.zrange(other, 0, -1)).toEqual(['one', 'OK'])
    expect(await client.zrange(other, 0, '+inf', { byScore: true, withScores: true })).toEqual([
      ...['one', 1],
      ...['OK', 2],
    ])
  })

  test('gets a lock once in a hundred concurrent attempts', async () => {
    const tries = Array.from({ length: 100 }, (_, n) =>
      client.set(key, n, { nx: true, px: 60_000 }),
    )
    const won = (await Promise.all(tries)).filter((answer) => answer === 'OK')
    expect(won).toHaveLength(1)
  })

  test('gets the answers of a pipeline in order', async () => {
    const pipeline = client.pipeline()
    pipeline.set(key, '1').incr(key).get(key).del(key)
    expect(await pipeline.exec()).toEqual(['OK', 2, 2, 1])
  })

  test('gets the answers of a transaction', async () => {
    const transaction = client.multi()
    transaction.zadd(key, { score: 1, member: 'a' }).zremrangebyscore(key, 0, 1).zcard(key)
    expect(await transaction.exec()).toEqual([1, 1, 0])
  })

  test('gets the error of Redis', async () => {
    await client.set(key, 'text')
    await expect(client.hget(key, 'a')).rejects.toThrow('WRONGTYPE')
  })
})

describe('the wire', () => {
  test('encodes answers only if base64 is requested', async () => {
    await redis.call(['HSET', key, 'OK', 'ä'])
    const read = async (headers = {}) =>
      (await post('/', JSON.stringify(['hgetall', key]), headers)).json()
    expect(await read()).toEqual({ result: ['OK', 'ä'] })
    expect(await read({ 'upstash-encoding': 'base64' })).toEqual({ result: ['T0s=', 'w6Q='] })
  })

  test('gives a new sync token with each answer', async () => {
    const tokens = await Promise.all([post('/', '["ping"]'), post('/', '["ping"]')])
    expect(new Set(tokens.map((answer) => answer.headers.get('upstash-sync-token'))).size).toBe(2)
  })

  test('puts an error of a pipeline in its place', async () => {
    const answer = await post('/pipeline', JSON.stringify([['nonsense'], ['set', key, 1]]))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual([
      { error: expect.stringMatching(/unknown command 'nonsense'/i) },
      { result: 'OK' },
    ])
  })

  test('runs no command of a transaction that cannot be queued', async () => {
    const answer = await post('/multi-exec', JSON.stringify([['set', key, 1], ['get']]))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ error: expect.stringContaining('EXECABORT') })
    expect(await redis.call(['EXISTS', key])).toBe(0)
  })

  test('continues a transaction after a command that fails', async () => {
    const commands = [
      ['set', key, 'x'],
      ['incr', key],
      ['del', key],
    ]
    const answer = await post('/multi-exec', JSON.stringify(commands))
    expect(await answer.json()).toEqual([
      { result: 'OK' },
      { error: 'ERR value is not an integer or out of range' },
      { result: 1 },
    ])
  })

  test.each(['multi', 'WATCH', 'subscribe', 'SELECT', 'monitor', 'BLPOP', 'shutdown'])(
    'refuses %s, everywhere',
    async (command) => {
      const plain = await post('/', JSON.stringify([command, '0']))
      expect([plain.status, await plain.json()]).toEqual([
        400,
        { error: `ERR Command is not available: '${command}'` },
      ])
      expect((await post('/multi-exec', JSON.stringify([[command, '0']]))).status).toBe(400)
    },
  )

  test.each(['', '[]', '{}', '[{}]', '"ping"', '[null]'])('refuses the body %j', async (body) => {
    expect((await post('/', body)).status).toBe(400)
  })

  test('refuses another token', async () => {
    const answer = await post('/', '["ping"]', { authorization: 'Bearer another' })
    expect(answer.status).toBe(401)
  })
})
