import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import { anAddress, newPerson, tokenFor } from '../support/chat.ts'
import { closing, origin, production, refusal, roomThat, workerWith } from './answers.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Tries to open a socket, as often as it likes, with a Worker of its own. */
function knocker(changes: Parameters<typeof workerWith>[0] = {}) {
  const ask = workerWith(changes)
  return (path = '/ws/chat', headers: Record<string, string> = anAddress()) =>
    ask(path, { headers: { upgrade: 'websocket', ...headers } })
}

/** A room that gives this answer, and counts how often it was asked. */
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
  test('WS-15 is a socket that is closed with a code ten times a minute for one address', async () => {
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now())
    const knock = knocker()
    const address = anAddress()
    for (let n = 0; n < 10; n++)
      expect(await closing(await knock('/ws/chat', address))).toMatchObject({ code: 4401 })
    const problem = await refusal(await knock('/ws/chat', address), 'unauthenticated')
    expect(problem.retry_after).toBe(60)
    expect(await closing(await knock('/ws/chat'))).toMatchObject({ code: 4401 })
    for (const wait of [60_000, -3_600_000]) {
      clock.mockReturnValue(Date.now() + wait)
      expect(await closing(await knock('/ws/chat', address))).toMatchObject({ code: 4401 })
    }
  })

  test('WS-15 is a socket 200 times in ten seconds for all addresses together', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.now())
    const knock = knocker()
    for (let n = 0; n < 200; n++) expect((await knock()).status).toBe(101)
    await refusal(await knock(), 'unauthenticated')
  })

  test.each([
    ['a foreign page', 'origin_not_allowed', {}],
    ['too many calls', 'rate_limited', { EDGE_LIMIT: { limit: async () => ({ success: false }) } }],
    ['a room that is full', 'room_busy', answering(plainly('4503'))],
    ['a room that is away', 'unavailable', { ROOM: { getByName: () => ({}) } }],
    ['a room that takes the account no more', 'origin_not_allowed', answering(plainly('4403'))],
    ['an ended session', 'unauthenticated', answering(plainly('4401'))],
  ] as const)('WS-16 says plainly the same as its close would: %s', async (what, code, changes) => {
    const person = await newPerson()
    const token = await tokenFor(person, 3_600, person.sessionId, 'production')
    const knock = knocker({ ...changes, ...production })
    const address = anAddress()
    const foreign = what === 'a foreign page' && { origin: 'https://evil.example.com' }
    const enter = () => knock(`/ws/chat?token=${token}`, { ...address, ...foreign })
    for (let n = 0; n < 10; n++) expect((await enter()).status).toBe(101)
    const problem = await refusal(await enter(), code)
    expect(problem.retry_after).toBeGreaterThan(0)
  })

  test('WS-17 takes the connection from a client that leaves the close unanswered', async () => {
    const timers: { run: () => void; ms: number }[] = []
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
      timers.push({ run, ms })
      return timers.length
    }) as unknown as typeof setTimeout)
    const cleared = vi.spyOn(globalThis, 'clearTimeout').mockImplementation(() => {})
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
    expect(cleared).not.toHaveBeenCalled()
    timer?.run()
    expect(abort).toHaveBeenCalledOnce()
    expect(await closing(response)).toMatchObject({ code: 4401 })
  })

  test('WS-18 with 4429 by the room is not asked of the room again for half a minute', async () => {
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now())
    const { token } = await newPerson()
    const { ROOM, asked } = answering(plainly('4429'))
    const knock = knocker({ ROOM })
    for (let n = 0; n < 5; n++)
      expect(await closing(await knock(`/ws/chat?token=${token}`))).toMatchObject({ code: 4429 })
    expect(asked.times).toBe(1)
    clock.mockReturnValue(Date.now() + 30_000)
    await knock(`/ws/chat?token=${token}`)
    expect(asked.times).toBe(2)
    clock.mockReturnValue(Date.now() - 10_000)
    await knock(`/ws/chat?token=${token}`)
    expect(asked.times).toBe(3)
  })

  test.each([null, '', '4999', 'x'])(
    'WS-19 for a reason that this Worker does not know (%j) tells the client to come again',
    async (code) => {
      const { token } = await newPerson()
      const knock = knocker(answering(plainly(code)))
      expect(await closing(await knock(`/ws/chat?token=${token}`))).toMatchObject({ code: 1013 })
    },
  )

  test('WS-19 by a room of before, which closes the socket itself, is passed on', async () => {
    const { token } = await newPerson()
    const { ROOM } = answering(() => {
      const { 0: theirs, 1: ours } = new WebSocketPair()
      ours.accept()
      ours.close(4429, 'Too many connections or frames')
      return new Response(null, { status: 101, webSocket: theirs })
    })
    const knock = knocker({ ROOM })
    expect(await closing(await knock(`/ws/chat?token=${token}`))).toMatchObject({ code: 4429 })
  })
})

describe('the address of a connection', () => {
  test('WS-20 is told to the room as a digest that only the Worker can make', async () => {
    const { token } = await newPerson()
    const told: string[] = []
    const fetch = async (request: Request) => {
      told.push(decodeURIComponent(request.headers.get('x-admission') ?? ''))
      return plainly('4503')()
    }
    const ROOM = roomThat({ fetch })
    const enter = (address: string, changes = {}) =>
      knocker({ ROOM, ...changes })(`/ws/chat?token=${token}`, { 'cf-connecting-ip': address })
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
