import { afterEach, describe, expect, test, vi } from 'vitest'
import { User } from '../../src/contract/entities.ts'
import { Health, Readiness } from '../../src/contract/routes/health.ts'
import { Page } from '../../src/contract/routes/messages.ts'
import { Tokens } from '../../src/contract/routes/sessions.ts'
import { app } from '../../src/contract/version.ts'
import { call, callAs, newPerson, Socket, trouble } from '../support/chat.ts'
import {
  answer,
  callWith,
  platformError,
  post,
  refusal,
  roomThat,
  workerWith,
} from './responses.ts'

afterEach(async () => {
  await trouble({ part: 'postgres' })
  await trouble({ part: 'redis' })
})

const quiet = { dirty: 0, oldestDirtyMs: null, setAside: 0, postgresError: null }

/** A new environment each time, so that no state of earlier tests remains. */
const readiness = (changes = {}) => callWith(changes, '/ready')

const credentials = { email: 'ada@example.com', password: 'correct horse' }

async function within(ms: number, work: Promise<Response>): Promise<Response> {
  const start = Date.now()
  const response = await work
  expect(Date.now() - start).toBeLessThan(ms)
  return response
}

describe('/health', () => {
  test('HEALTH-1 `/health` says that the service runs, and its version', async () => {
    expect(await answer(await call('/health'), 200, Health)).toEqual({
      status: 'healthy',
      app: 'Edge Chat',
      version: app.version,
    })
  })

  test('HEALTH-2 `/health` asks neither the room, Postgres nor Redis', async () => {
    const broken = { ROOM: {}, EDGE_LIMIT: {}, ASSETS: {} }
    expect((await callWith(broken, '/health')).status).toBe(200)
  })
})

describe('/ready', () => {
  test('READY-1 `/ready` says `ready` while all parts answer', async () => {
    const ROOM = roomThat({
      state: async () => ({ dirty: 2, oldestDirtyMs: 30, setAside: 0, postgresError: null }),
    })
    expect(await answer(await readiness({ ROOM }), 200, Readiness)).toEqual({
      status: 'ready',
      build: null,
      room: { state: 'up', build: null },
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
  ])(
    'READY-2 `/ready` says `degraded` while rows wait for long, are dead letters or could not be written: %s',
    async (_, trait) => {
      const state = { dirty: 1, oldestDirtyMs: null, setAside: 0, postgresError: null, ...trait }
      const response = await readiness({ ROOM: roomThat({ state: async () => state }) })
      expect((await answer(response, 200, Readiness)).status).toBe('degraded')
    },
  )

  test('READY-3 `/ready` says `degraded` without Postgres or Redis, and shows codes alone', async () => {
    await trouble({ part: 'postgres', fault: 'refuse' })
    await trouble({ part: 'redis', fault: 'hang' })
    const found = await answer(await within(5_000, readiness()), 200, Readiness)
    expect(found).toMatchObject({
      status: 'degraded',
      room: { state: 'up' },
      postgres: { state: 'down', code: 'unreachable' },
      redis: { state: 'down', code: 'timeout' },
    })
  })

  test('READY-6 `/ready` checks Postgres and Redis once, however many ask at the same time', async ({
    onTestFinished,
  }) => {
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

  test('READY-4 `/ready` is limited, so that nobody can keep the room awake with it', async () => {
    const EDGE_LIMIT = { limit: async () => ({ success: false }) }
    await refusal(await readiness({ EDGE_LIMIT }), 'rate_limited')
  })

  test('READY-14 `/ready` names the build of the Worker and the build of the room, each by its commit and its time', async () => {
    const [mine, older] = ['2026-11-30T12:00:00.000Z', '2026-11-29T12:00:00.000Z']
    const build = { commit: 'b9e3540-dirty', time: older }
    const ROOM = roomThat({ state: async () => ({ ...quiet, build }) })
    const changes = { ROOM, BUILD_COMMIT: 'adc022b', BUILD_TIME: mine }
    expect(await answer(await readiness(changes), 200, Readiness)).toMatchObject({
      status: 'ready',
      build: { commit: 'adc022b', time: mine },
      room: { state: 'up', build },
    })
  })

  test('READY-15 `/ready` names no build where `npm run deploy` did not make it, and none of a room of the release before', async () => {
    const none = { build: null, room: { state: 'up', build: null } }
    expect(await answer(await readiness(), 200, Readiness)).toMatchObject(none)
    const ROOM = roomThat({ state: async () => quiet })
    expect(await answer(await readiness({ ROOM }), 200, Readiness)).toMatchObject(none)
  })

  test('READY-5 `/ready` is unavailable without the room', async () => {
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
    'NOREDIS-1 Without Redis, logging in and registering are refused within 3 seconds, however Redis fails: %s',
    async (fault) => {
      await trouble({ part: 'redis', fault })
      await refusal(await within(3_000, call('/auth/login', post(credentials))), 'unavailable')
      const newcomer = { ...credentials, username: 'Ada Lovelace' }
      await refusal(await within(3_000, call('/auth/register', post(newcomer))), 'unavailable')
    },
  )

  test('NOREDIS-2 Without Redis, everything else works', async () => {
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
    'NOPG-1 Without Postgres, logging in and registering are refused within 3 seconds, however Postgres fails: %s',
    async (fault) => {
      await trouble({ part: 'postgres', fault })
      await refusal(await within(3_000, call('/auth/login', post(credentials))), 'unavailable')
      const newcomer = { ...credentials, username: 'Ada Lovelace' }
      await refusal(await within(3_000, call('/auth/register', post(newcomer))), 'unavailable')
    },
  )

  test('NOPG-2 Without Postgres, `/auth/me` answers from its copy in Redis if there is one', async () => {
    const [known, unknown] = [await newPerson(), await newPerson()]
    const user = await answer(await callWithToken(known.token), 200, User)
    await trouble({ part: 'postgres', fault: 'hang' })
    expect(await answer(await within(3_000, callWithToken(known.token)), 200, User)).toEqual(user)
    await refusal(await within(3_000, callWithToken(unknown.token)), 'unavailable')
  })

  test('NOPG-3 Without Postgres, `/auth/me` answers a user who logged in before', async () => {
    const mark = crypto.randomUUID().slice(0, 8)
    const newcomer = { ...credentials, email: `${mark}@example.com`, username: `Ada ${mark}` }
    await answer(await call('/auth/register', post(newcomer)), 201, User)
    const loggedIn = await callWith({}, '/auth/login', post(newcomer))
    const { access_token } = await answer(loggedIn, 200, Tokens)
    await trouble({ part: 'postgres', fault: 'refuse' })
    expect((await callWithToken(access_token)).status).toBe(200)
  })

  test('NOPG-4 Without Postgres, the newest messages can be read, with a cursor for later', async () => {
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

describe('the list of online users', () => {
  test('ONLINE-1 `/users/online` lists every online user once, as the room knows them', async () => {
    const person = await newPerson()
    const sockets = [await Socket.join(person), await Socket.join(person)]
    const online: unknown[] = await (await call('/users/online')).json()
    expect(online.filter((member) => (member as { id: string }).id === person.id)).toEqual([
      { id: person.id, username: person.username },
    ])
    await Promise.all(sockets.map((socket) => socket.close()))
  })

  test('ONLINE-2 `/users/online` is `unavailable` without the room and its mirror', async () => {
    const ROOM = roomThat({ onlineText: () => Promise.reject(platformError({})) })
    await trouble({ part: 'redis', fault: 'hang' })
    await refusal(await within(3_000, callWith({ ROOM }, '/users/online')), 'unavailable')
  })
})

/** Uses an environment of its own, and returns when the background work has finished. */
function callWithToken(token: string): Promise<Response> {
  return callWith({}, '/auth/me', { headers: { authorization: `Bearer ${token}` } })
}
