import { describe, expect, test } from 'vitest'
import { newPerson, tokenFor } from '../support/chat.ts'
import { callWith, closing, post, refusal } from './responses.ts'

/** A limit that accepts all calls and records their keys. */
function counting() {
  const keys: string[] = []
  const limit = async ({ key }: { key: string }) => ({ success: keys.push(key) > 0 })
  return { keys, changes: { EDGE_LIMIT: { limit } } }
}

describe('too many calls from one address', () => {
  const full = { EDGE_LIMIT: { limit: async () => ({ success: false }) } }

  test('EDGE-1 Too many calls from one address are refused, with the time to wait', async () => {
    const problem = await refusal(await callWith(full, '/messages'), 'rate_limited')
    expect(problem.retry_after).toBe(60)
    await refusal(await callWith(full, '/ws/chat'), 'rate_limited')
  })

  test('EDGE-2 `/health` has no limit', async () => {
    expect((await callWith(full, '/health')).status).toBe(200)
  })

  test('EDGE-5 Calls that are costly, log in or connect count towards the limit of the address before their own limits', async () => {
    const paths = ['/auth/login', '/auth/register', '/auth/refresh', '/auth/logout', '/ws/ticket']
    for (const path of [...paths, '/auth/password'])
      await refusal(await callWith(full, path, post({})), 'rate_limited')
  })

  test('EDGE-3 Calls are counted by address, and IPv6 addresses by their network', async () => {
    const { keys, changes } = counting()
    for (const address of ['203.0.113.7', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9'])
      await callWith(changes, '/docs', { headers: { 'cf-connecting-ip': address } })
    expect(keys).toEqual(['203.0.113.7', '2001:db8:1:2::/64', '2001:db8:1:2::/64'])
  })

  test('EDGE-6 A call over the limit is refused whatever it would do, before anything else is checked', async () => {
    const { token } = await newPerson()
    const id = crypto.randomUUID()
    for (const headers of [{}, { authorization: `Bearer ${token}` }])
      for (const [method, path] of [
        ['POST', '/messages'],
        ['PATCH', `/messages/${id}`],
        ['DELETE', `/messages/${id}`],
        ['DELETE', '/auth/me'],
        ['DELETE', `/auth/sessions/${id}`],
        ['POST', '/auth/logout-all'],
        ['GET', '/auth/me/export'],
        ['GET', '/users/online'],
      ] as const)
        await refusal(
          await callWith({ ...full, ROOM: {} }, path, { method, headers }),
          'rate_limited',
        )
  })

  test('EDGE-7 Calls with a valid token count towards the limit of the user, from any address', async () => {
    const { keys, changes } = counting()
    const { id, token } = await newPerson()
    const from = (address: string) => ({
      'cf-connecting-ip': address,
      authorization: `Bearer ${token}`,
    })
    await callWith(changes, '/messages', post({ content: 'Hello' }, from('203.0.113.7')))
    await callWith(changes, '/auth/sessions', { headers: from('203.0.113.8') })
    expect(keys).toEqual([`user:${id}`, `user:${id}`])
  })

  test('EDGE-8 Calls with an invalid token, and calls that need none, count towards the limit of the address', async () => {
    const { keys, changes } = counting()
    const { id, username, token } = await newPerson()
    const expired = await tokenFor({ id, username }, -70)
    const address = { 'cf-connecting-ip': '203.0.113.7' }
    for (const [path, shown] of [
      ['/messages', expired],
      ['/messages', token.replace(/.$/, '')],
      ['/auth/login', token],
      ['/auth/register', token],
      ['/auth/refresh', token],
    ] as const)
      await callWith(changes, path, post({}, { ...address, authorization: `Bearer ${shown}` }))
    expect(keys).toEqual(Array.from({ length: 5 }, () => '203.0.113.7'))
  })

  test('EDGE-9 Calls of the operator are counted once', async () => {
    const { keys, changes } = counting()
    const init = { headers: { 'cf-connecting-ip': '203.0.113.7' } }
    await refusal(await callWith(changes, '/admin/room', init), 'unauthenticated')
    const authorization = 'Bearer the-admin-token-of-the-tests-of-32-bytes'
    const known = { headers: { ...init.headers, authorization } }
    expect((await callWith(changes, '/admin/room', known)).status).toBe(200)
    expect(keys).toEqual(['203.0.113.7', '203.0.113.7'])
  })

  test('EDGE-10 All calls of an address count together, however many users call from it', async () => {
    const { keys, changes } = counting()
    const address: string[] = []
    const left = { calls: 3 }
    const ADDRESS_LIMIT = {
      limit: async ({ key }: { key: string }) => ({
        success: address.push(key) > 0 && left.calls-- > 0,
      }),
    }
    const from = { 'cf-connecting-ip': '203.0.113.7' }
    const statuses: number[] = []
    const people = await Promise.all([newPerson(), newPerson(), newPerson(), newPerson()])
    for (const { token } of people) {
      const headers = { ...from, authorization: `Bearer ${token}` }
      const call = await callWith({ ...changes, ADDRESS_LIMIT }, '/auth/sessions', { headers })
      statuses.push(call.status)
    }
    expect(statuses).toEqual([200, 200, 200, 429])
    expect(keys).toEqual(people.map(({ id }) => `user:${id}`))
    expect(address).toEqual(Array.from({ length: 4 }, () => '203.0.113.7'))

    const upgrade = { headers: { ...from, upgrade: 'websocket' } }
    const socket = await callWith({ ...changes, ADDRESS_LIMIT }, '/ws/chat', upgrade)
    expect(await closing(socket)).toMatchObject({ code: 4429 })
    expect((await callWith({ ...changes, ADDRESS_LIMIT }, '/docs', { headers: from })).status).toBe(
      429,
    )
  })

  test('EDGE-11 Upgrades are counted apart from other calls of the address', async () => {
    const { keys, changes } = counting()
    const headers = { 'cf-connecting-ip': '203.0.113.7' }
    await callWith(changes, '/docs', { headers })
    await callWith(changes, '/ws/chat', { headers: { ...headers, upgrade: 'websocket' } })
    expect(keys).toEqual(['203.0.113.7', 'socket:203.0.113.7'])
  })

  test('EDGE-12 A call that its own limit refuses does not count towards the limit of the address', async () => {
    const address: string[] = []
    const ADDRESS_LIMIT = {
      limit: async ({ key }: { key: string }) => ({ success: address.push(key) > 0 }),
    }
    const headers = { 'cf-connecting-ip': '203.0.113.7' }
    const changes = { ...full, ADDRESS_LIMIT }
    await refusal(await callWith(changes, '/docs', { headers }), 'rate_limited')
    await callWith(changes, '/ws/chat', { headers: { ...headers, upgrade: 'websocket' } })
    expect(address).toEqual([])
  })

  test('EDGE-4 If calls cannot be counted, none is refused for it', async () => {
    const EDGE_LIMIT = { limit: () => Promise.reject(new Error('away')) }
    expect((await callWith({ EDGE_LIMIT }, '/docs')).status).toBe(200)
    expect((await callWith({ ADDRESS_LIMIT: EDGE_LIMIT }, '/docs')).status).toBe(200)
  })
})
