// Compares the embedded engine with a real Redis: both must answer every command alike.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEmbeddedRedis } from '../../local/embedded-redis.ts'
import { openRedis } from '../../local/redis.ts'
import type { Redis } from '../../local/reply.ts'
import { uniqueName } from './engines.ts'

const url = process.env.TEST_REDIS_URL
const runs = Number(process.env.TEST_DIFFERENCE_RUNS ?? 300)

const prefix = uniqueName()
const keys = ['a', 'b', 'c'].map((name) => `${prefix}:${name}`)

const among = (...values: string[]) => fc.constantFrom(...values)
const key = fc.constantFrom(...keys)
const name = among('x', 'y', 'Z', '', 'é', '\uffee', '\u{1f600}', 'x y')
const integer = among(
  '0',
  '1',
  '-1',
  '2',
  '100000',
  '-0',
  '01',
  '+1',
  ' 1',
  '1.5',
  '',
  'many',
  ...[
    '9223372036854775806',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '9223372036854775',
  ],
)
// Far from now, so that the few milliseconds between two servers never show.
const time = fc.oneof(among('100000000', '200000000', '0', '-1'), integer)
const score = among(
  '0',
  '-0',
  '1',
  '1.5',
  '-2',
  '.5',
  '5.',
  '1e3',
  '+2',
  'inf',
  '-inf',
  '+INF',
  ...['infinity', 'nan', 'high', '', '1e400', '--1'],
)
// By accident of its parser Redis takes an empty bound for 0, skips spaces before one, and takes one
// that is too large for infinity.
const sober = (text: string) => !/^\(?($| |1e400)/.test(text)
const index = fc.oneof(among('0', '1', '2', '-1', '-2', '-9'), integer).filter(sober)
const bound = fc
  .oneof(
    score,
    score.map((text) => `(${text}`),
    among('-inf', '+inf'),
  )
  .filter(sober)
const text = fc.oneof(integer, name)
const setOption = fc.oneof(
  among('NX', 'xx', 'foo', 'EX', 'px').map((option) => [option]),
  fc.tuple(among('EX', 'px', 'Px'), time),
)
const rangeOption = fc.oneof(
  among('BYSCORE', 'rev', 'WithScores', 'LIMIT', 'foo').map((option) => [option]),
  fc.tuple(among('limit'), index, index),
)

const many = <T>(of: fc.Arbitrary<T>, max = 3) => fc.array(of, { maxLength: max })
const scored = many(fc.tuple(score, name)).map((pairs) => pairs.flat())
const flat = (...parts: fc.Arbitrary<string | string[] | string[][]>[]) =>
  fc.tuple(...parts).map((all) => all.flat(2))

const command = fc.oneof(
  flat(among('GET', 'getdel', 'INCR', 'TTL', 'PTTL', 'HLEN', 'HGETALL', 'ZCARD'), key),
  flat(among('SET'), key, text, many(setOption, 2)),
  flat(among('DEL', 'Exists'), many(key)),
  flat(among('KEYS'), among(`${prefix}*`, `${prefix}:a*`, `${prefix}:none*`)),
  flat(among('EXPIRE'), key, time),
  flat(
    among('PEXPIRE'),
    key,
    time.map((amount) => (/^\d{9}$/.test(amount) ? `${amount}000` : amount)),
  ),
  flat(among('HSET'), key, name, text, many(name)),
  flat(among('HGET', 'HDEL', 'ZSCORE', 'ZREM'), key, name),
  flat(among('HDEL', 'ZREM'), key, many(name)),
  flat(among('ZADD'), key, many(among('NX', 'XX', 'gt'), 2), scored),
  flat(among('ZADD'), key, among('0', '1', '1.5'), name),
  flat(among('ZCOUNT', 'ZREMRANGEBYSCORE'), key, bound, bound),
  flat(among('ZRANGE'), key, index, index, many(rangeOption, 2)),
  flat(among('ZRANGE'), key, bound, bound, among('BYSCORE'), many(rangeOption)),
  flat(among('PING'), many(name)),
  // Too few and too many arguments.
  flat(among('GET', 'SET', 'DEL', 'HSET', 'ZADD', 'ZRANGE', 'EXPIRE', 'INCR', 'TTL'), many(key, 4)),
)

const step = fc.oneof(
  { weight: 4, arbitrary: command.map((one) => ({ one })) },
  {
    weight: 1,
    arbitrary: fc.array(command, { minLength: 1, maxLength: 4 }).map((all) => ({ all })),
  },
)
type Step = { one: string[] } | { all: string[][] }

async function run(redis: Redis, steps: Step[]): Promise<unknown[]> {
  await redis.call(['DEL', ...keys])
  return Promise.all(
    steps.map(async (step) => {
      try {
        if ('one' in step) return rounded(step.one, await redis.call(step.one))
        const replies = await redis.transact(step.all)
        return replies.map((reply, at) => rounded(step.all[at] ?? [], reply))
      } catch (error) {
        return String(error)
      }
    }),
  )
}

/** Removes differences that are allowed: the last milliseconds, and the order of keys. */
function rounded([name = '']: string[], reply: unknown): unknown {
  if (reply instanceof Error) return String(reply)
  if (name === 'KEYS' && Array.isArray(reply)) return reply.sort()
  const unit = { TTL: 1_000, PTTL: 1_000_000 }[name]
  return unit && Number(reply) > 0 ? Math.round(Number(reply) / unit) : reply
}

describe.runIf(url)('beside a real Redis', () => {
  const embedded = openEmbeddedRedis()
  let real: Redis

  beforeAll(async () => {
    real = await openRedis({ url: String(url) })
  })

  afterAll(async () => {
    await real.call(['DEL', ...keys])
    await real.close()
  })

  test('any commands are answered alike', async () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(steps, async (commands) => {
        const [ours, theirs] = await Promise.all([run(embedded, commands), run(real, commands)])
        expect(ours).toEqual(theirs)
      }),
      { numRuns: runs },
    )
  }, 60_000)
})
