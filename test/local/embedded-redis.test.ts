import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openEmbeddedRedis } from '../../local/embedded-redis.ts'
import { openRedis } from '../../local/redis.ts'
import type { Reply } from '../../local/reply.ts'
import { makeFolder } from './starts.ts'

function openWithClock() {
  let time = Date.parse('2026-01-01T00:00:00Z')
  const redis = openEmbeddedRedis({ now: () => time })
  return {
    do: (line: string): Promise<Reply> => redis.call(line.split(' ')),
    redis,
    pass(ms: number) {
      time += ms
    },
  }
}

describe('keys', () => {
  test('are listed by the beginning of their names, while they live', async () => {
    const engine = openWithClock()
    await engine.do('SET user:1 a')
    await engine.do('ZADD user:2 1 a')
    await engine.do('SET ticket:1 a PX 1000')
    engine.pass(1_001)
    expect(await engine.do('KEYS *')).toEqual(['user:1', 'user:2'])
    expect(await engine.do('KEYS ticket*')).toEqual([])
    await expect(engine.do('KEYS u?er*')).rejects.toThrow('Unsupported pattern')
  })
})

describe('an expiry', () => {
  test('ends a key after its last millisecond', async () => {
    const engine = openWithClock()
    await engine.do('SET k v PX 1000')
    engine.pass(1_000)
    expect(await engine.do('PTTL k')).toBe(0)
    engine.pass(1)
    expect(await engine.do('GET k')).toBe(null)
    expect(await engine.do('TTL k')).toBe(-2)
    expect(await engine.do('SET k again NX')).toBe('OK')
    expect(await engine.do('TTL k')).toBe(-1)
  })

  test('goes with a collection that was emptied', async () => {
    const engine = openWithClock()
    await engine.do('ZADD k 1 a')
    await engine.do('EXPIRE k 10')
    await engine.do('ZREMRANGEBYSCORE k -inf +inf')
    await engine.do('ZADD k 1 b')
    engine.pass(11_000)
    expect(await engine.do('ZCARD k')).toBe(1)
  })

  test('survives a count and an element more', async () => {
    const engine = openWithClock()
    await engine.do('INCR k')
    await engine.do('EXPIRE k 10')
    await engine.do('INCR k')
    expect(await engine.do('TTL k')).toBe(10)
    await engine.do('HSET h a 1')
    await engine.do('PEXPIRE h 2500')
    await engine.do('HSET h b 2')
    expect(await engine.do('TTL h')).toBe(3)
  })

  test('removes no key in the middle of a transaction', async () => {
    let time = 0
    const redis = openEmbeddedRedis({ now: () => time++ })
    const set = ['SET', 'k', 'v', 'PX', '1']
    expect(await redis.transact([set, ['GET', 'k'], ['GET', 'k'], ['PTTL', 'k']])).toEqual([
      ...['OK', 'v', 'v'],
      1,
    ])
  })
})

test('every other command is refused', async () => {
  const { redis } = openWithClock()
  for (const command of ['LPUSH k v', 'EVAL x 0', 'constructor', '__proto__']) {
    await expect(redis.call(command.split(' '))).rejects.toThrow('ERR unknown command')
  }
  await expect(redis.call(['SET', 'k', 'v', 'KEEPTTL'])).rejects.toThrow('ERR syntax error')
  await expect(redis.call(['EXPIRE', 'k', '1', 'NX'])).rejects.toThrow('ERR Unsupported option NX')
})

test('FLUSHDB removes everything', async () => {
  const engine = openWithClock()
  await engine.do('SET k v')
  expect(await engine.do('flushdb async')).toBe('OK')
  expect(await engine.do('EXISTS k')).toBe(0)
})

describe('a file', () => {
  test('gives everything back at the next opening', async () => {
    const place = { embedded: true, file: join(makeFolder(), 'redis.json') } as const
    const before = await openRedis(place)
    await before.transact([
      ['SET', 'text', 'ä\u{1f600}"'],
      ['SET', 'passing', 'v', 'PX', '1'],
      ['HSET', 'hash', '__proto__', '1', 'b', '2'],
      ['ZADD', 'zset', '-inf', 'low', '1.5', 'mid', 'inf', 'high'],
      ['EXPIRE', 'zset', '1000'],
    ])
    await before.close()
    const after = await openRedis(place)
    expect(await after.call(['GET', 'text'])).toBe('ä\u{1f600}"')
    expect(await after.call(['HGETALL', 'hash'])).toEqual(['__proto__', '1', 'b', '2'])
    expect(await after.call(['ZRANGE', 'zset', '0', '-1', 'WITHSCORES'])).toEqual([
      ...['low', '-inf'],
      ...['mid', '1.5'],
      ...['high', 'inf'],
    ])
    expect(await after.call(['TTL', 'zset'])).toBeGreaterThan(990)
    expect(await after.call(['TTL', 'text'])).toBe(-1)
    await after.close()
  })

  test('RUN-9 On a full disk the embedded Redis keeps its data in memory, and writes it when there is space again', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => said.mockRestore())
    const file = join(makeFolder(), 'redis.json')
    const before = await openRedis({ embedded: true, file })
    // Nothing can take the place of a folder that is not empty.
    mkdirSync(join(file, 'in the way'), { recursive: true })
    await before.call(['SET', 'k', 'v'])
    await vi.waitUntil(() => said.mock.calls.length > 0, { timeout: 5_000 })
    expect(said.mock.lastCall?.[0]).toMatch(
      /redis\.json cannot be written \(E.*\): the data of Redis is only in memory until/,
    )
    expect(await before.call(['GET', 'k'])).toBe('v')
    rmSync(file, { recursive: true })
    await before.close()
    const after = await openRedis({ embedded: true, file })
    expect(await after.call(['GET', 'k'])).toBe('v')
    await after.close()
  })

  test('RUN-9 If the data cannot be written until the end, a sentence says that the file is outdated', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => said.mockRestore())
    const file = join(makeFolder(), 'redis.json')
    const redis = await openRedis({ embedded: true, file })
    mkdirSync(join(file, 'in the way'), { recursive: true })
    await redis.call(['SET', 'k', 'v'])
    await redis.close()
    expect(said.mock.lastCall?.[0]).toMatch(/^The newest data of Redis is lost: .*redis\.json has/)
  })

  test('that is damaged is named in the error', async () => {
    const file = join(makeFolder(), 'redis.json')
    writeFileSync(file, '[["half')
    await expect(openRedis({ embedded: true, file })).rejects.toThrow(`in ${file} cannot be read`)
  })
})
