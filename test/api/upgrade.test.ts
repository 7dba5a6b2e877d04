import { describe, expect, test } from 'vitest'
import { call, newPerson, tokenFor } from '../support/chat.ts'
import {
  callWith,
  closing,
  platformError,
  production,
  refusal,
  roomThat,
  secureOrigin,
} from './responses.ts'

const upgrade = (headers: Record<string, string> = {}) => ({
  headers: { upgrade: 'websocket', ...headers },
})

/** Records what the room would receive. */
function recordingRoom() {
  const seen: Request[] = []
  const fetch = async (request: Request) => {
    seen.push(request)
    const { 0: theirs, 1: ours } = new WebSocketPair()
    ours.accept()
    ours.close(1000, 'seen')
    return new Response(null, { status: 101, webSocket: theirs })
  }
  const joinRequest = (at = 0) =>
    JSON.parse(decodeURIComponent(seen[at]?.headers.get('x-admission') ?? ''))
  return { ROOM: roomThat({ fetch }), seen, joinRequest }
}

describe('a plain GET', () => {
  test('WS-1 A plain GET of `/ws/chat` is refused with the demand to upgrade', async () => {
    const response = await call('/ws/chat')
    await refusal(response, 'upgrade_required')
    expect(response.headers.get('upgrade')).toBe('websocket')
  })

  test('WS-2 Any other method on `/ws/chat` is refused as not allowed', async () => {
    await refusal(await call('/ws/chat', { method: 'POST' }), 'method_not_allowed')
  })
})

describe('a token', () => {
  test('WS-3 A token in the address opens a plain connection', async () => {
    const { token } = await newPerson()
    const response = await call(`/ws/chat?token=${token}`, upgrade())
    expect(response.status).toBe(101)
    expect(response.headers.get('sec-websocket-protocol')).toBeNull()
    response.webSocket?.accept()
    response.webSocket?.close()
  })

  test('WS-4 A token among the subprotocols opens a connection with `chat.v1`, and the answer does not repeat the token', async () => {
    const { token } = await newPerson()
    const offer = { 'sec-websocket-protocol': `chat.v1, bearer.${token}` }
    const response = await call('/ws/chat', upgrade(offer))
    expect(response.status).toBe(101)
    expect(response.headers.get('sec-websocket-protocol')).toBe('chat.v1')
    response.webSocket?.accept()
    response.webSocket?.close()
  })

  test('WS-5 A token among the subprotocols takes precedence over one in the address', async () => {
    const { token } = await newPerson()
    const offer = { 'sec-websocket-protocol': 'chat.v1, bearer.nonsense' }
    const refused = await call(`/ws/chat?token=${token}`, upgrade(offer))
    expect(await closing(refused)).toMatchObject({ code: 4401 })
    const good = { 'sec-websocket-protocol': `bearer.${token},chat.v1` }
    const { ROOM, joinRequest } = recordingRoom()
    await callWith({ ROOM }, '/ws/chat?token=nonsense', upgrade(good))
    expect(joinRequest().batching).toBe(true)
  })

  test.each(['', '?token=', '?token=nonsense'])(
    'WS-6 An upgrade without a valid token is refused with a close code that a browser can read: %j',
    async (query) => {
      const { ROOM, seen } = recordingRoom()
      const offer = { 'sec-websocket-protocol': 'chat.v1' }
      const response = await callWith({ ROOM }, `/ws/chat${query}`, upgrade(offer))
      expect(response.headers.get('sec-websocket-protocol')).toBe('chat.v1')
      expect(await closing(response)).toEqual({
        code: 4401,
        reason: 'Token missing, bad or expired, or session ended',
      })
      expect(seen).toEqual([])
    },
  )

  test('WS-7 An upgrade with an expired token is refused', async () => {
    const person = await newPerson()
    const response = await call(`/ws/chat?token=${await tokenFor(person, -70)}`, upgrade())
    expect(await closing(response)).toMatchObject({ code: 4401 })
  })
})

describe('an origin', () => {
  test('WS-8 An upgrade from an origin that is not allowed is refused with 4403 and does not wake the room', async () => {
    const { token } = await newPerson()
    const { ROOM, seen } = recordingRoom()
    for (const origin of ['https://evil.example.com', 'null', 'http://localhost:5173']) {
      const changes = { ROOM, ...production }
      const response = await callWith(changes, `/ws/chat?token=${token}`, upgrade({ origin }))
      expect(await closing(response)).toMatchObject({ code: 4403 })
    }
    expect(seen).toEqual([])
  })

  test("WS-9 An upgrade is accepted from an allowed origin, from the server's own, and without one", async () => {
    const ada = await newPerson()
    const token = await tokenFor(ada, 3_600, ada.sessionId, 'production')
    const { ROOM, seen } = recordingRoom()
    const changes = { ROOM, ...production, ALLOWED_ORIGINS: 'https://a.example.com' }
    for (const origin of ['https://a.example.com', secureOrigin, undefined])
      await callWith(changes, `/ws/chat?token=${token}`, upgrade(origin ? { origin } : {}))
    expect(seen).toHaveLength(3)
  })
})

describe('the request to the room', () => {
  test('WS-10 The Worker makes the request to the room anew, with the user, the subprotocol and the position alone', async () => {
    const person = await newPerson('Ådа 💬')
    const { ROOM, seen, joinRequest } = recordingRoom()
    const forged = { 'x-admission': 'forged', cookie: 'a=b', authorization: 'Bearer other' }
    const offer = { 'sec-websocket-protocol': `chat.v1, bearer.${person.token}` }
    const path = '/ws/chat?epoch=e1&since=41&token=other'
    await callWith({ ROOM }, path, upgrade({ ...forged, ...offer }))

    expect(joinRequest()).toEqual({
      member: { id: person.id, username: person.username },
      sessionId: person.sessionId,
      issuedAt: expect.any(Number),
      tokenExpiresAt: expect.any(Number),
      batching: true,
      resume: { epoch: 'e1', since: 41 },
      address: expect.any(String),
    })
    const inADay = Date.now() / 1000 + 86_400
    expect(Math.abs(joinRequest().tokenExpiresAt - inADay)).toBeLessThan(60)
    expect(Object.fromEntries(seen[0]?.headers ?? [])).toEqual({
      upgrade: 'websocket',
      'sec-websocket-protocol': 'chat.v1',
      'x-admission': expect.any(String),
    })
    expect(seen[0]?.url).not.toContain('token')
  })

  test.each([
    'epoch=e1',
    'since=4',
    'epoch=&since=4',
    'epoch=e1&since=',
    'epoch=e1&since=-1',
    'epoch=e1&since=1.5',
    'epoch=e1&since=1e3',
    'epoch=e1&since=99999999999999999999',
    `epoch=${'e'.repeat(65)}&since=4`,
  ])(
    'WS-11 An upgrade with an invalid position is passed on without a position: %s',
    async (query) => {
      const { token } = await newPerson()
      const { ROOM, joinRequest } = recordingRoom()
      await callWith({ ROOM }, `/ws/chat?token=${token}&${query}`, upgrade())
      expect(joinRequest().resume).toBeNull()
    },
  )
})

describe('an upgrade that cannot be served', () => {
  test('WS-12 Too many upgrades are closed with 4429', async () => {
    const EDGE_LIMIT = { limit: async () => ({ success: false }) }
    const response = await callWith({ EDGE_LIMIT }, '/ws/chat', upgrade())
    expect(await closing(response)).toMatchObject({ code: 4429 })
  })

  test('WS-13 An upgrade that fails because the room is away is closed with a code that asks the client to reconnect', async () => {
    const { token } = await newPerson()
    const fetch = () => Promise.reject(platformError({ overloaded: true }))
    const response = await callWith(
      { ROOM: roomThat({ fetch }) },
      `/ws/chat?token=${token}`,
      upgrade(),
    )
    expect(await closing(response)).toMatchObject({ code: 1013 })
  })

  test('WS-14 An upgrade that fails is tried once more if that is safe', async () => {
    const { token } = await newPerson()
    const { ROOM, seen } = recordingRoom()
    const stubs = [
      { fetch: () => Promise.reject(platformError({ retryable: true })) },
      ROOM.getByName(),
    ]
    const response = await callWith(
      { ROOM: { getByName: () => stubs.shift() } },
      `/ws/chat?token=${token}`,
      upgrade(),
    )
    expect(await closing(response)).toMatchObject({ code: 1000 })
    expect(seen).toHaveLength(1)
  })
})
