import { neonConfig } from '@neondatabase/serverless'
import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, inject, test } from 'vitest'
import {
  connectPostgres,
  constraintOf,
  postgresFaultCode,
  sqlState,
} from '../../src/postgres/client.ts'

const { databaseUrl, neonEndpoint } = inject('services')
const real = neonConfig.fetchFunction

function connect(timeoutMs = 5_000) {
  return connectPostgres({
    url: databaseUrl,
    fetchEndpoint: neonEndpoint,
    signal: () => AbortSignal.timeout(timeoutMs),
  })
}

function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise).then(
    () => expect.unreachable('it must fail'),
    (error: unknown) => error,
  )
}

/** Never answers, but obeys its signal, as fetch does. */
function silence(_url: string, { signal }: { signal: AbortSignal }) {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

afterEach(() => {
  neonConfig.fetchFunction = real
})

describe('a request', () => {
  test('without an answer times out', async () => {
    neonConfig.fetchFunction = silence
    const error = await failure(connect(20).execute(sql`select 1`))
    expect(postgresFaultCode(error)).toBe('timeout')
    expect(sqlState(error)).toBeNull()
  })

  test('has its own timeout, independent of earlier requests', async () => {
    const signals: AbortSignal[] = []
    neonConfig.fetchFunction = (url: string, init: { signal: AbortSignal }) => {
      signals.push(init.signal)
      const empty = { fields: [], rows: [] }
      return signals.length === 1 ? silence(url, init) : Response.json({ results: [empty, empty] })
    }
    const db = connect(100)
    await failure(db.execute(sql`select 1`))
    await db.execute(sql`select 1`)
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false])
  })

  test('that is a batch times out as well', async () => {
    neonConfig.fetchFunction = silence
    const db = connect(20)
    expect(postgresFaultCode(await failure(db.batch([db.execute(sql`select 1`)])))).toBe('timeout')
  })

  test('that cannot be made fails without an SQLSTATE', async () => {
    neonConfig.fetchFunction = async () => {
      throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'EPIPE' } })
    }
    const error = await failure(connect().execute(sql`select 1`))
    expect(sqlState(error)).toBeNull()
    expect(postgresFaultCode(error)).toBe('unreachable')
  })

  test('that is not answered by Postgres fails without an SQLSTATE', async () => {
    neonConfig.fetchFunction = async () => new Response('<html>Bad gateway</html>', { status: 502 })
    const error = await failure(connect().execute(sql`select 1`))
    expect(sqlState(error)).toBeNull()
    expect(postgresFaultCode(error)).toBe('unreachable')
  })

  test.each([
    ['too large', 413, 'request is too large', 'http_413'],
    ['forbidden', 403, '<html>Forbidden</html>', 'http_403'],
    ['too many', 429, '', 'http_429'],
    ['of the proxy alone', 500, '{"message":"compute is gone"}', 'http_500'],
    ['of a proxy, as Neon words it', 400, '{"message":"no such endpoint","code":""}', 'http_400'],
    ['of a proxy in other words', 400, '{"message":"bad request","code":null}', 'http_400'],
  ])('refused as %s shows the status', async (_name, status, body, code) => {
    neonConfig.fetchFunction = async () => new Response(body, { status })
    const db = connect()
    const alone = () => db.execute(sql`select 1`)
    for (const ask of [alone, () => db.batch([alone()])]) {
      const error = await failure(ask())
      expect(sqlState(error)).toBeNull()
      expect(postgresFaultCode(error)).toBe(code)
    }
  })

  test('that is answered by unknown JSON is no refusal', async () => {
    neonConfig.fetchFunction = async () => Response.json({})
    const db = connect()
    expect(postgresFaultCode(await failure(db.batch([db.execute(sql`select 1`)])))).toBe(
      'unreachable',
    )
  })
})

describe('an error of Postgres', () => {
  const missing = sql`insert into messages (id, user_id, content, created_at, is_deleted, revision)
    values (gen_random_uuid(), gen_random_uuid(), '', now(), false, 1)`

  test('has SQLSTATE and constraint after a single statement', async () => {
    const error = await failure(connect().execute(missing))
    expect(sqlState(error)).toBe('23503')
    expect(constraintOf(error)).toBe('messages_user_id_users_id_fk')
    expect(postgresFaultCode(error)).toBe('23503')
  })

  test('has SQLSTATE and constraint after a batch', async () => {
    const db = connect()
    const error = await failure(db.batch([db.execute(missing)]))
    expect(sqlState(error)).toBe('23503')
    expect(constraintOf(error)).toBe('messages_user_id_users_id_fk')
  })

  test.each([
    [undefined],
    [null],
    ['23505'],
    [{ code: 23505 }],
    [{ code: 'ECONNREFUSED' }],
    [{ code: 'EPIPE' }],
  ])('is not seen in %j', (thing) => {
    expect(sqlState(thing)).toBeNull()
    expect(constraintOf(thing)).toBeNull()
  })

  test('is found at any depth, and a cycle of causes ends', () => {
    const circle: Record<string, unknown> = {}
    circle.cause = circle
    expect(sqlState(circle)).toBeNull()
    expect(sqlState({ cause: { sourceError: { code: '40P01' } } })).toBe('40P01')
  })
})
