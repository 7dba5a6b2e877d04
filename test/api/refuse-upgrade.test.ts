import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { anAddress, newPerson, tokenFor } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import worker from '../support/worker.ts'
import { closing, origin, production, refusal, roomThat, workerWith } from './responses.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Returns a function that tries to open a socket with a Worker of its own. */
function connector(changes: Parameters<typeof workerWith>[0] = {}) {
  const ask = workerWith(changes)
  return (path = '/ws/chat', headers: Record<string, string> = anAddress()) =>
    ask(path, { headers: { upgrade: 'websocket', ...headers } })
}

/** A room that gives this answer and counts its calls. */
function answering(make: () => Response) {
  const asked = { times: 0 }
  const fetch = async () => {
    asked.times++
    return make()
  }
  return { ROOM: roomThat({ fetch }), asked }
}

const plainly = (code: string | null) => () =>
  new Response(null, { status: 403, ...(code !== null && { headers: { 'x-close-code': code } }) })

describe('a refused upgrade', () => {
  test('WS-15 A refused upgrade is a connection that is closed with a code, at most 10 times a minute for one address', async () => {
    testClock.stop()
    const connect = connector()
    const address = anAddress()
    for (let n = 0; n < 10; n++)
      expect(await closing(await connect('/ws/chat', address))).toMatchObject({ code: 4401 })
    const problem = await refusal(await connect('/ws/chat', address), 'unauthenticated')
    expect(problem.retry_after).toBe(60)
    expect(await closing(await connect('/ws/chat'))).toMatchObject({ code: 4401 })
    for (const wait of [60_000, -3_600_000]) {
      testClock.moveBy(wait)
      expect(await closing(await connect('/ws/chat', address))).toMatchObject({ code: 4401 })
    }
  })

  test('WS-21 A refusal by the room counts for the member, not for the address, so that everybody of an office learns to renew a token', async () => {
    testClock.stop()
    const { ROOM } = answering(plainly('4401'))
    const connect = connector({ ROOM })
    const address = anAddress()
    for (let n = 0; n < 10; n++) await connect('/ws/chat', address)
    for (let n = 0; n < 12; n++) {
      const { token } = await newPerson()
      const answer = await connect(`/ws/chat?token=${token}`, address)
      expect(await closing(answer)).toMatchObject({ code: 4401 })
    }
    const { token } = await newPerson()
    const enter = () => connect(`/ws/chat?token=${token}`, address)
    for (let n = 0; n < 10; n++) expect((await enter()).status).toBe(101)
    await refusal(await enter(), 'unauthenticated')
  })

  test('WS-15 Refused upgrades of all addresses are connections at most 200 times in 10 seconds', async () => {
    testClock.stop()
    const connect = connector()
    for (let n = 0; n < 200; n++) expect((await connect()).status).toBe(101)
    await refusal(await connect(), 'unauthenticated')
  })

  test.each([
    ['a foreign page', 'origin_not_allowed', {}],
    ['too many calls', 'rate_limited', { EDGE_LIMIT: { limit: async () => ({ success: false }) } }],
    ['a room that is full', 'room_busy', answering(plainly('4503'))],
    ['a room that is away', 'unavailable', { ROOM: { getByName: () => ({}) } }],
    ['a room that takes the account no more', 'origin_not_allowed', answering(plainly('4403'))],
    ['an ended session', 'unauthenticated', answering(plainly('4401'))],
  ] as const)(
    'WS-16 A plain answer to a refused upgrade gives the same reason as the close code, and the time to wait: %s',
    async (what, code, changes) => {
      const person = await newPerson()
      const token = await tokenFor(person, 3_600, person.sessionId, 'production')
      const connect = connector({ ...changes, ...production })
      const address = anAddress()
      const foreign = what === 'a foreign page' && { origin: 'https://evil.example.com' }
      const enter = () => connect(`/ws/chat?token=${token}`, { ...address, ...foreign })
      for (let n = 0; n < 10; n++) expect((await enter()).status).toBe(101)
      const problem = await refusal(await enter(), code)
      expect(problem.retry_after).toBeGreaterThan(0)
    },
  )

  test('WS-17 The connection of a refused upgrade ends within 10 seconds if the client does not answer the close', async () => {
    const timers = testClock.holdTimers()
    const abort = vi.fn(() => {
      throw new Error('ended')
    })
    const context = Object.assign(createExecutionContext(), { abort })
    const headers = { upgrade: 'websocket', ...anAddress() }
    const request = new Request(`${origin}/ws/chat`, { headers })
    const response = await worker.fetch(
      request as Parameters<typeof worker.fetch>[0],
      env as unknown as Env,
      context as unknown as ExecutionContext,
    )
    expect(response.status).toBe(101)
    const [timer] = timers
    expect(timer?.ms).toBeLessThanOrEqual(10_000)
    timer?.run()
    expect(abort).toHaveBeenCalledOnce()
    expect(await closing(response)).toMatchObject({ code: 4401 })
  })

  test('WS-18 After the room refused an account with 4429, the Worker refuses it for 30 s without asking the room', async () => {
    testClock.stop()
    const { token } = await newPerson()
    const { ROOM, asked } = answering(plainly('4429'))
    const connect = connector({ ROOM })
    for (let n = 0; n < 5; n++)
      expect(await closing(await connect(`/ws/chat?token=${token}`))).toMatchObject({ code: 4429 })
    expect(asked.times).toBe(1)
    testClock.moveBy(30_000)
    await connect(`/ws/chat?token=${token}`)
    expect(asked.times).toBe(2)
    testClock.moveBy(-10_000)
    await connect(`/ws/chat?token=${token}`)
    expect(asked.times).toBe(3)
  })

  test.each([null, '', '4999', 'x'])(
    'WS-19 A refusal by the room for an unknown reason becomes 1013: %j',
    async (code) => {
      const { token } = await newPerson()
      const connect = connector(answering(plainly(code)))
      expect(await closing(await connect(`/ws/chat?token=${token}`))).toMatchObject({ code: 1013 })
    },
  )

  test('WS-19 A connection that a room of the previous release closes is passed on', async () => {
    const { token } = await newPerson()
    const { ROOM } = answering(() => {
      const { 0: theirs, 1: ours } = new WebSocketPair()
      ours.accept()
      ours.close(4429, 'Too many connections or frames')
      return new Response(null, { status: 101, webSocket: theirs })
    })
    const connect = connector({ ROOM })
    expect(await closing(await connect(`/ws/chat?token=${token}`))).toMatchObject({ code: 4429 })
  })
})

describe('the address of a connection', () => {
  test('WS-20 The room gets only a digest of the address, which only the Worker can compute', async () => {
    const { token } = await newPerson()
    const told: string[] = []
    const fetch = async (request: Request) => {
      told.push(decodeURIComponent(request.headers.get('x-admission') ?? ''))
      return plainly('4503')()
    }
    const ROOM = roomThat({ fetch })
    const enter = (address: string, changes = {}) =>
      connector({ ROOM, ...changes })(`/ws/chat?token=${token}`, { 'cf-connecting-ip': address })
    await enter('203.0.113.7')
    await enter('203.0.113.7')
    await enter('203.0.113.8')
    await enter('203.0.113.7', { JWT_SECRET: 'another secret, at least 32 bytes long' })

    const [first, again, other] = told.map((joinRequest) => JSON.parse(joinRequest).address)
    expect(first).toMatch(/^[\w-]{16}$/)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    expect(told.join()).not.toContain('203.0.113')
  })
})
