import { describe, expect, test } from 'vitest'
import { call } from '../support/chat.ts'
import { callWith, origin, post, production, refusal } from './responses.ts'

const preflight = (from: string, method: string) => ({
  method: 'OPTIONS',
  headers: {
    origin: from,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization, content-type',
  },
})

describe('a page of another origin', () => {
  test('CORS-1 A page of an allowed origin can read answers, `Retry-After` and `ETag`', async () => {
    const changes = { ...production, ALLOWED_ORIGINS: 'https://chat.example.com' }
    const headers = { origin: 'https://chat.example.com' }
    const response = await callWith(changes, '/health', { headers })
    expect(response.headers.get('access-control-allow-origin')).toBe('https://chat.example.com')
    expect(response.headers.get('access-control-expose-headers')).toBe('Retry-After, ETag')
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
  })

  test('CORS-9 A page of an allowed origin may send the cookie, but the origin `null` never may', async () => {
    const asked = await call('/auth/refresh', preflight('http://localhost:5173', 'POST'))
    expect(asked.headers.get('access-control-allow-credentials')).toBe('true')
    for (const from of ['null', 'https://evil.example.com']) {
      const refused = await call('/auth/refresh', preflight(from, 'POST'))
      expect(refused.headers.get('access-control-allow-credentials')).toBeNull()
      const read = await call('/health', { headers: { origin: from } })
      expect(read.headers.get('access-control-allow-credentials')).toBeNull()
    }
  })

  test('CORS-2 A page of another origin gets no permission and can change nothing', async () => {
    const headers = { origin: 'https://evil.example.com' }
    const read = await call('/health', { headers })
    expect(read.status).toBe(200)
    expect(read.headers.get('access-control-allow-origin')).toBeNull()

    const change = await call('/auth/login', post({}, headers))
    await refusal(change, 'origin_not_allowed')
    expect(change.headers.get('access-control-allow-origin')).toBeNull()

    const asked = await call('/messages', preflight(headers.origin, 'POST'))
    expect(asked.headers.get('access-control-allow-origin')).toBeNull()
    expect(asked.headers.get('access-control-allow-methods')).toBeNull()
  })

  test('CORS-3 A preflight is answered, and the answer may be cached', async () => {
    const asked = await call('/messages', preflight('http://localhost:5173', 'POST'))
    expect(asked.status).toBe(204)
    const { headers } = asked
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, OPTIONS')
    expect(headers.get('access-control-allow-headers')).toBe(
      'Authorization, Content-Type, Idempotency-Key',
    )
    expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(600)
    expect(headers.get('vary')).toContain('Origin')
  })

  test('CORS-4 A page of an allowed origin can read refusals too', async () => {
    const response = await call('/nowhere', { headers: { origin: 'http://localhost:5173' } })
    await refusal(response, 'not_found')
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
  })

  test.each(['http://localhost:1', 'https://127.0.0.1:8443', 'http://[::1]:3000', 'null', origin])(
    'CORS-5 A local server allows pages of this machine: %s',
    async (from) => {
      const response = await call('/health', { headers: { origin: from } })
      expect(response.headers.get('access-control-allow-origin')).toBe(from)
    },
  )

  test.each(['http://localhost:1', 'null', origin])(
    "CORS-6 In production, pages of the visitor's own machine are not allowed: %s",
    async (from) => {
      const init = post({}, { origin: from })
      const response = await callWith(production, '/auth/login', init)
      await refusal(response, 'origin_not_allowed')
    },
  )

  test.each([
    'http://localhost.evil.com',
    'ftp://localhost',
    'http://localhost:1/path',
    'nonsense',
  ])('CORS-7 An origin that only looks like this machine is not allowed: %s', async (from) => {
    await refusal(await call('/auth/login', post({}, { origin: from })), 'origin_not_allowed')
  })

  test('CORS-8 Every answer varies by origin', async () => {
    expect((await call('/health')).headers.get('vary')).toContain('Origin')
  })
})
