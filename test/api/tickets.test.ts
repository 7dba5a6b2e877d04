import { afterEach, describe, expect, test, vi } from 'vitest'
import { Ticket } from '../../src/contract/routes/chat.ts'
import {
  anAddress,
  call,
  callAs,
  newPerson,
  type Person,
  Socket,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import { answer, callWith, closing, platformError, refusal, roomThat } from './answers.ts'
import { connectTestRedis } from './people.ts'

afterEach(async () => {
  vi.useRealTimers()
  await trouble({ part: 'redis' })
})

const buy = async (person: Person) =>
  answer(await callAs(person, 'POST', '/ws/ticket'), 201, Ticket)

const upgrade = (query: string, subprotocols?: string) =>
  call(`/ws/chat?${query}`, {
    headers: {
      upgrade: 'websocket',
      ...anAddress(),
      ...(subprotocols && { 'sec-websocket-protocol': subprotocols }),
    },
  })

async function enter(query: string, subprotocols?: string): Promise<Socket> {
  const response = await upgrade(query, subprotocols)
  if (!response.webSocket) throw new Error('No socket')
  return new Socket(response.webSocket, response.headers.get('sec-websocket-protocol'))
}

describe('a ticket', () => {
  test('TICKET-1 opens one socket, for whoever bought it', async () => {
    const person = await newPerson()
    const { ticket, expires_in } = await buy(person)
    expect(expires_in).toBe(30)
    expect(ticket).toMatch(/^[\w-]{43}$/)
    const socket = await enter(`ticket=${ticket}`)
    expect((await socket.next('welcome')).data.user_id).toBe(person.id)
    expect(await closing(await upgrade(`ticket=${ticket}`))).toMatchObject({ code: 4401 })
    await socket.close()
  })

  test('TICKET-2 of ten who use it at once lets one in', async () => {
    const { ticket } = await buy(await newPerson())
    const sockets = await Promise.all(Array.from({ length: 10 }, () => enter(`ticket=${ticket}`)))
    const outcomes = await Promise.all(
      sockets.map((socket) =>
        Promise.race([socket.next('synced').then(() => 'in'), socket.closed.then(() => 'out')]),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'in')).toHaveLength(1)
  })

  test('TICKET-3 goes with the subprotocol, and gives way to a token there', async () => {
    const [ada, bob] = [await newPerson(), await newPerson()]
    const { ticket } = await buy(ada)
    const byToken = await enter(`ticket=${ticket}`, `chat.v1, bearer.${bob.token}`)
    expect((await byToken.next('welcome')).data.user_id).toBe(bob.id)
    const byTicket = await enter(`ticket=${ticket}&token=${bob.token}`, 'chat.v1')
    expect((await byTicket.next('welcome')).data.user_id).toBe(ada.id)
    expect(byTicket.protocol).toBe('chat.v1')
    await Promise.all([byToken.close(), byTicket.close()])
  })

  test('TICKET-4 that is none, or too old, is refused', async () => {
    for (const wrong of ['', 'nonsense', 'A'.repeat(43), 'A'.repeat(5_000)])
      expect(await closing(await upgrade(`ticket=${wrong}`))).toMatchObject({ code: 4401 })

    const person = await newPerson()
    const { ticket } = await buy({ ...person, token: await tokenFor(person, 10) })
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 11_000)
    expect(await closing(await upgrade(`ticket=${ticket}`))).toMatchObject({ code: 4401 })
  })

  test('TICKET-5 never outlives its token', async () => {
    const person = await newPerson()
    const { expires_in } = await buy({ ...person, token: await tokenFor(person, 12) })
    expect(expires_in).toBeLessThanOrEqual(12)
    expect(expires_in).toBeGreaterThan(8)
  })

  test('TICKET-6 is not sold to whom the room would not let in', async () => {
    const person = await newPerson()
    const { ticket } = await buy(person)
    expect((await callAs(person, 'POST', '/auth/logout', {})).status).toBe(204)
    await refusal(await callAs(person, 'POST', '/ws/ticket'), 'session_ended')
    expect((await (await enter(`ticket=${ticket}`)).closed).code).toBe(4401)
    await refusal(await call('/ws/ticket', { method: 'POST' }), 'unauthenticated')
  })

  test('TICKET-7 is kept in Redis by its digest alone, with an end', async () => {
    const redis = connectTestRedis()
    const { ticket } = await buy(await newPerson())
    const keys = await redis.keys('ticket:*')
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.join()).not.toContain(ticket)
    for (const key of keys) expect(await redis.ttl(key)).toBeGreaterThan(0)
  })

  test('TICKET-8 cannot be looked up while Redis is away: the client is to come again', async () => {
    const person = await newPerson()
    const { ticket } = await buy(person)
    await trouble({ part: 'redis', fault: 'refuse' })
    expect(await closing(await upgrade(`ticket=${ticket}`))).toMatchObject({ code: 1013 })
    await refusal(await callAs(person, 'POST', '/ws/ticket'), 'unavailable')
    const away = { ROOM: roomThat({ admits: () => Promise.reject(platformError({})) }) }
    const headers = { authorization: `Bearer ${person.token}` }
    await refusal(await callWith(away, '/ws/ticket', { method: 'POST', headers }), 'unavailable')
  })
})
