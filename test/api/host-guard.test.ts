import { describe, expect, test } from 'vitest'
import { newPerson } from '../support/chat.ts'
import { callWith, origin, post, production, refusal, secureOrigin } from './responses.ts'

const upgrade = { headers: { upgrade: 'websocket' } }

describe('an address without TLS', () => {
  const plain = (path: string, init?: RequestInit) => callWith(production, origin + path, init)

  test.each(['GET', 'HEAD'])(
    'TLS-1 A GET or HEAD over http is redirected to the same address over https: %s',
    async (method) => {
      const response = await plain('/messages?limit=3&cursor=x', { method, redirect: 'manual' })
      expect(response.status).toBe(308)
      expect(response.headers.get('location')).toBe(`${secureOrigin}/messages?limit=3&cursor=x`)
      expect(response.headers.get('cache-control')).toBe('no-store')
    },
  )

  test('TLS-2 No login, message or connection is accepted over http', async () => {
    const { token } = await newPerson()
    const headers = { authorization: `Bearer ${token}` }
    for (const [path, init] of [
      ['/auth/login', post({ email: 'ada@example.com', password: 'correct horse' })],
      ['/messages', post({ content: 'Hello' }, headers)],
      ['/auth/sessions/none', { method: 'DELETE', headers }],
      ['/messages', { method: 'OPTIONS' }],
    ] as const) {
      const { detail } = await refusal(await plain(path, init), 'origin_not_allowed')
      expect(detail).toBe('This server is called over https only.')
    }
    const response = await plain(`/ws/chat?token=${token}`, { ...upgrade, redirect: 'manual' })
    expect([response.status, response.webSocket]).toEqual([308, null])
  })

  test('TLS-3 http is enough on the local machine', async () => {
    expect((await callWith({}, 'http://localhost:8787/health')).status).toBe(200)
  })
})

describe('the name of a local server', () => {
  test.each([
    'http://localhost:8787',
    'http://chat.localhost',
    'http://127.0.0.1:8787',
    'http://127.1.2.3',
    'http://[::1]:8787',
    'http://LOCALHOST',
    origin,
  ])(
    'NAME-1 A local server answers to names of this machine and to listed names: %s',
    async (address) => {
      expect((await callWith({}, `${address}/health`)).status).toBe(200)
    },
  )

  test.each([
    'http://evil.example.com:8787',
    'http://localhost.evil.example.com',
    'http://127.0.0.1.evil.example.com',
    'http://evillocalhost',
    'http://192.168.0.1:8787',
    'http://0.0.0.0:8787',
    'http://[::2]',
    `${origin}:8787`,
  ])(
    'NAME-2 A local server refuses any other name that points to it, also from a page under that name: %s',
    async (address) => {
      const own = { origin: address }
      for (const [path, init] of [
        ['/health', { headers: own }],
        ['/messages', {}],
        ['/auth/login', post({}, own)],
        ['/ws/chat', { headers: { ...upgrade.headers, ...own } }],
      ] as const) {
        const response = await callWith({}, address + path, init)
        expect((await refusal(response, 'origin_not_allowed')).detail).toMatch(/^Run locally/)
        expect(response.headers.get('access-control-allow-origin')).toBeNull()
      }
    },
  )

  test('NAME-3 A deployed server answers to any name', async () => {
    expect((await callWith(production, 'https://other.example.com/health')).status).toBe(200)
  })
})
