import { describe, expect, test } from 'vitest'
import { callWith, post, refusal } from './answers.ts'

describe('too many calls from one address', () => {
  const full = { EDGE_LIMIT: { limit: async () => ({ success: false }) } }

  test('EDGE-1 are refused, with the time to wait', async () => {
    const problem = await refusal(await callWith(full, '/messages'), 'rate_limited')
    expect(problem.retry_after).toBe(60)
    await refusal(await callWith(full, '/ws/chat'), 'rate_limited')
  })

  test('EDGE-2 leave /health and what is limited elsewhere alone', async () => {
    expect((await callWith(full, '/health')).status).toBe(200)
    await refusal(await callWith(full, '/messages', post({})), 'unauthenticated')
  })

  test('EDGE-5 are counted with what is costly or opens a door, before its own throttles', async () => {
    const doors = ['/auth/login', '/auth/register', '/auth/refresh', '/auth/logout', '/ws/ticket']
    for (const path of [...doors, '/auth/password'])
      await refusal(await callWith(full, path, post({})), 'rate_limited')
  })

  test('EDGE-3 are counted by address, IPv6 by its network', async () => {
    const keys: string[] = []
    const EDGE_LIMIT = {
      limit: async ({ key }: { key: string }) => ({ success: keys.push(key) > 0 }),
    }
    for (const address of ['203.0.113.7', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9'])
      await callWith({ EDGE_LIMIT }, '/docs', { headers: { 'cf-connecting-ip': address } })
    expect(keys).toEqual(['203.0.113.7', '2001:db8:1:2::/64', '2001:db8:1:2::/64'])
  })

  test('EDGE-4 cannot be counted: nobody is refused for it', async () => {
    const EDGE_LIMIT = { limit: () => Promise.reject(new Error('away')) }
    expect((await callWith({ EDGE_LIMIT }, '/docs')).status).toBe(200)
  })
})
