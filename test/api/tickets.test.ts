import { afterEach, describe, expect, test } from 'vitest'
import { Ticket } from '../../src/contract/routes/socket.ts'
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
import { testClock } from '../support/test-clock.ts'
import { connectTestRedis } from './accounts.ts'
import { answer, callWith, closing, platformError, refusal, roomThat } from './responses.ts'

afterEach(async () => {
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

async function openSocketWith(query: string, subprotocols?: string): Promise<Socket> {
  const response = await upgrade(query, subprotocols)
  if (!response.webSocket) throw new Error('No socket')
  return new Socket(response.webSocket, response.headers.get('sec-websocket-protocol'))
}

describe('a ticket', () => {
  test('TICKET-1 A ticket opens one connection, for the user who asked for it', async () => {
    const person = await newPerson()
    const { ticket, expires_in } = await buy(person)
    expect(expires_in).toBe(30)
    expect(ticket).toMatch(/^[\w-]{43}$/)
    const socket = await openSocketWith(`ticket=${ticket}`)
    expect((await socket.next('welcome')).data.user_id).toBe(person.id)
    expect(await closing(await upgrade(`ticket=${ticket}`))).toMatchObject({ code: 4401 })
    await socket.close()
  })

  test('TICKET-2 If ten use one ticket at once, one gets a connection', async () => {
    const { ticket } = await buy(await newPerson())
    const sockets = await Promise.all(
      Array.from({ length: 10 }, () => openSocketWith(`ticket=${ticket}`)),
    )
    const outcomes = await Promise.all(
      sockets.map((socket) =>
        Promise.race([socket.next('synced').then(() => 'in'), socket.closed.then(() => 'out')]),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'in')).toHaveLength(1)
  })

  test('TICKET-3 A ticket can be combined with `chat.v1`, and a token among the subprotocols takes precedence', async () => {
    const [ada, bob] = [await newPerson(), await newPerson()]
    const { ticket } = await buy(ada)
    const byToken = await openSocketWith(`ticket=${ticket}`, `chat.v1, bearer.${bob.token}`)
    expect((await byToken.next('welcome')).data.user_id).toBe(bob.id)
    const byTicket = await openSocketWith(`ticket=${ticket}&token=${bob.token}`, 'chat.v1')
    expect((await byTicket.next('welcome')).data.user_id).toBe(ada.id)
    expect(byTicket.protocol).toBe('chat.v1')
    await Promise.all([byToken.close(), byTicket.close()])
  })

  test('TICKET-4 An unknown or expired ticket is refused', async () => {
    for (const wrong of ['', 'nonsense', 'A'.repeat(43), 'A'.repeat(5_000)])
      expect(await closing(await upgrade(`ticket=${wrong}`))).toMatchObject({ code: 4401 })

    const person = await newPerson()
    const { ticket } = await buy({ ...person, token: await tokenFor(person, 10) })
    testClock.stop()
    testClock.moveBy(11_000)
    expect(await closing(await upgrade(`ticket=${ticket}`))).toMatchObject({ code: 4401 })
  })

  test('TICKET-5 A ticket never outlives the token that it was made with', async () => {
    const person = await newPerson()
    const { expires_in } = await buy({ ...person, token: await tokenFor(person, 12) })
    expect(expires_in).toBeLessThanOrEqual(12)
    expect(expires_in).toBeGreaterThan(8)
  })

  test('TICKET-6 A user whom the room would refuse gets no ticket', async () => {
    const person = await newPerson()
    const { ticket } = await buy(person)
    expect((await callAs(person, 'POST', '/auth/logout', {})).status).toBe(204)
    await refusal(await callAs(person, 'POST', '/ws/ticket'), 'session_ended')
    expect((await (await openSocketWith(`ticket=${ticket}`)).closed).code).toBe(4401)
    await refusal(await call('/ws/ticket', { method: 'POST' }), 'unauthenticated')
  })

  test('TICKET-7 Redis holds a ticket only as a digest, and with an expiry', async () => {
    const redis = connectTestRedis()
    const { ticket } = await buy(await newPerson())
    const keys = await redis.keys('ticket:*')
    expect(keys.length).toBeGreaterThan(0)
    expect(keys.join()).not.toContain(ticket)
    for (const key of keys) expect(await redis.ttl(key)).toBeGreaterThan(0)
  })

  test('TICKET-8 Without Redis, a client with a ticket is asked to reconnect', async () => {
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
