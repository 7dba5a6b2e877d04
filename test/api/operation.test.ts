import { afterEach, describe, expect, test, vi } from 'vitest'
import { User } from '../../src/contract/entities.ts'
import { Page } from '../../src/contract/routes/messages.ts'
import { Health, Readiness } from '../../src/contract/routes/operation.ts'
import { Tokens } from '../../src/contract/routes/sessions.ts'
import { call, callAs, newPerson, Socket, trouble } from '../support/chat.ts'
import { answer, callWith, platformError, post, refusal, roomThat, workerWith } from './answers.ts'

afterEach(async () => {
  await trouble({ part: 'postgres' })
  await trouble({ part: 'redis' })
})

/** A new environment each time, so that nothing is remembered from the last test. */
const readiness = (changes = {}) => callWith(changes, '/ready')

const credentials = { email: 'ada@example.com', password: 'correct horse' }

async function within(ms: number, work: Promise<Response>): Promise<Response> {
  const start = Date.now()
  const response = await work
  expect(Date.now() - start).toBeLessThan(ms)
  return response
}

describe('/health', () => {
  test('HEALTH-1 says that it runs, and what', async () => {
    expect(await answer(await call('/health'), 200, Health)).toEqual({
      status: 'healthy',
      app: 'Edge Chat',
      version: '1.0.0',
    })
  })

  test('HEALTH-2 touches nothing', async () => {
    const broken = { ROOM: {}, EDGE_LIMIT: {}, ASSETS: {} }
    expect((await callWith(broken, '/health')).status).toBe(200)
  })
})

describe('/ready', () => {
  test('READY-1 is ready while all parts answer', async () => {
    const ROOM = roomThat({
      state: async () => ({ dirty: 2, oldestDirtyMs: 30, setAside: 0, postgresError: null }),
    })
    expect(await answer(await readiness({ ROOM }), 200, Readiness)).toEqual({
      status: 'ready',
      room: { state: 'up' },
      postgres: { state: 'up' },
      redis: { state: 'up' },
      dirty: 2,
      oldest_dirty_ms: 30,
      set_aside: 0,
    })
  })

  test.each([
    ['rows were set aside', { setAside: 1 }],
    ['rows have waited for long', { oldestDirtyMs: 120_000 }],
    ['the last flush failed', { postgresError: '57P01' }],
  ])('READY-2 is degraded while %s', async (_, trait) => {
    const state = { dirty: 1, oldestDirtyMs: null, setAside: 0, postgresError: null, ...trait }
    const response = await readiness({ ROOM: roomThat({ state: async () => state }) })
    expect((await answer(response, 200, Readiness)).status).toBe('degraded')
  })

  test('READY-3 is degraded without Postgres or Redis, and shows codes alone', async () => {
    await trouble({ part: 'postgres', fault: 'refuse' })
    await trouble({ part: 'redis', fault: 'hang' })
    const found = await answer(await within(2_500, readiness()), 200, Readiness)
    expect(found).toMatchObject({
      status: 'degraded',
      room: { state: 'up' },
      postgres: { state: 'down', code: 'unreachable' },
      redis: { state: 'down', code: 'timeout' },
    })
  })

  test('READY-6 looks at Postgres and Redis once, however many ask', async ({ onTestFinished }) => {
    const fetches = vi.spyOn(globalThis, 'fetch')
    onTestFinished(() => fetches.mockRestore())
    const callReady = workerWith({
      ROOM: roomThat({
        state: async () => ({ dirty: 0, oldestDirtyMs: null, setAside: 0, postgresError: null }),
      }),
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => callReady('/ready')))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(fetches).toHaveBeenCalledTimes(2)
  })

  test('READY-4 is limited, so that nobody keeps the room awake with it', async () => {
    const EDGE_LIMIT = { limit: async () => ({ success: false }) }
    await refusal(await readiness({ EDGE_LIMIT }), 'rate_limited')
  })

  test('READY-5 is unavailable without the room', async () => {
    const ROOM = roomThat({ state: () => Promise.reject(platformError({})) })
    expect(await answer(await readiness({ ROOM }), 503, Readiness)).toMatchObject({
      status: 'unavailable',
      room: { state: 'down', code: 'unreachable' },
      dirty: null,
      set_aside: null,
    })
  })
})

describe('without Redis', () => {
  test.each(['refuse', 'hang', 'garbage'] as const)(
    'NOREDIS-1 nobody logs in or registers, and hears so within three seconds: %s',
    async (fault) => {
      await trouble({ part: 'redis', fault })
      await refusal(await within(3_000, call('/auth/login', post(credentials))), 'unavailable')
      const newcomer = { ...credentials, username: 'Ada Lovelace' }
      await refusal(await within(3_000, call('/auth/register', post(newcomer))), 'unavailable')
    },
  )

  test('NOREDIS-2 everything else goes on', async () => {
    const person = await newPerson()
    await trouble({ part: 'redis', fault: 'refuse' })
    expect((await callAs(person, 'GET', '/auth/me')).status).toBe(200)
    expect((await callAs(person, 'POST', '/messages', { content: 'a' })).status).toBe(201)
    expect((await call('/messages')).status).toBe(200)
    expect((await call('/users/online')).status).toBe(200)
  })
})

describe('without Postgres', () => {
  test.each(['refuse', 'hang', 'garbage'] as const)(
    'NOPG-1 nobody logs in or registers, and hears so within three seconds: %s',
    async (fault) => {
      await trouble({ part: 'postgres', fault })
      await refusal(await within(3_000, call('/auth/login', post(credentials))), 'unavailable')
      const newcomer = { ...credentials, username: 'Ada Lovelace' }
      await refusal(await within(3_000, call('/auth/register', post(newcomer))), 'unavailable')
    },
  )

  test('NOPG-2 /auth/me answers from the copy, if there is one', async () => {
    const [known, unknown] = [await newPerson(), await newPerson()]
    const user = await answer(await callWithToken(known.token), 200, User)
    await trouble({ part: 'postgres', fault: 'hang' })
    expect(await answer(await within(3_000, callWithToken(known.token)), 200, User)).toEqual(user)
    await refusal(await within(3_000, callWithToken(unknown.token)), 'unavailable')
  })

  test('NOPG-3 /auth/me answers whoever logged in before', async () => {
    const mark = crypto.randomUUID().slice(0, 8)
    const newcomer = { ...credentials, email: `${mark}@example.com`, username: `Ada ${mark}` }
    await answer(await call('/auth/register', post(newcomer)), 201, User)
    const loggedIn = await callWith({}, '/auth/login', post(newcomer))
    const { access_token } = await answer(loggedIn, 200, Tokens)
    await trouble({ part: 'postgres', fault: 'refuse' })
    expect((await callWithToken(access_token)).status).toBe(200)
  })

  test('NOPG-4 the newest messages are there, with a cursor to go on from later', async () => {
    const person = await newPerson()
    await trouble({ part: 'postgres', fault: 'refuse' })
    const made = await callAs(person, 'POST', '/messages', { content: 'still here' })
    const page = await answer(await within(3_000, call('/messages?limit=100')), 200, Page)
    expect(page.messages[0]).toEqual(await made.json())
    expect(page.next_cursor).not.toBeNull()
    const older = await within(3_000, call('/messages?cursor=1990-01-01T00:00:00Z'))
    await refusal(older, 'unavailable')
  })
})

describe('who is online', () => {
  test('ONLINE-1 is known to the room, everyone once', async () => {
    const person = await newPerson()
    const sockets = [await Socket.join(person), await Socket.join(person)]
    const online: unknown[] = await (await call('/users/online')).json()
    expect(online.filter((member) => (member as { id: string }).id === person.id)).toEqual([
      { id: person.id, username: person.username },
    ])
    await Promise.all(sockets.map((socket) => socket.close()))
  })

  test('ONLINE-2 is not known without the room and its mirror', async () => {
    const ROOM = roomThat({ onlineText: () => Promise.reject(platformError({})) })
    await trouble({ part: 'redis', fault: 'hang' })
    await refusal(await within(3_000, callWith({ ROOM }, '/users/online')), 'unavailable')
  })
})

/** Through an environment of its own, so that what happens behind the answer is over, too. */
function callWithToken(token: string): Promise<Response> {
  return callWith({}, '/auth/me', { headers: { authorization: `Bearer ${token}` } })
}
