import { describe, expect, test } from 'vitest'
import { Tokens } from '../../src/contract/routes/sessions.ts'
import { anAddress, call, callAs, newPerson, Socket, say } from '../support/chat.ts'
import { password, registered } from './accounts.ts'
import { answer, callWith, closing, post, production, refusal } from './responses.ts'

const tunnel = 'https://chat.tunnel.example'
const behindTunnel = { ALLOWED_ORIGINS: tunnel }
/** Calls as a tunnel does: over http, with the host name that the browser used. */
const called = 'http://chat.tunnel.example'
const byTls = [
  ['X-Forwarded-Proto', { 'x-forwarded-proto': 'https' }],
  ['X-Forwarded-Proto of two proxies', { 'x-forwarded-proto': 'https, http' }],
  ['Forwarded', { forwarded: 'for=203.0.113.7; proto=https;host=chat.tunnel.example' }],
] as [string, Record<string, string>][]

const upgrade = { upgrade: 'websocket' }

function preflight(origin: string, asked: string): RequestInit {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': asked,
  }
  return { method: 'OPTIONS', headers }
}

describe('a tunnel to a local server', () => {
  test('PLACE-1 A tunnel reaches a local server by http under a listed name, and under no other', async () => {
    expect((await callWith(behindTunnel, `${called}/health`)).status).toBe(200)
    for (const other of [`${called}:8080`, 'http://tunnel.example', 'http://x.chat.tunnel.example'])
      await refusal(await callWith(behindTunnel, `${other}/health`), 'origin_not_allowed')
  })

  test.each([
    ['as browsers write it', tunnel],
    ['as the server of wrangler writes it anew', called],
  ])(
    'PLACE-1 The page of a tunnel may call and open a socket, with its origin %s',
    async (_, origin) => {
      const headers = { origin, ...byTls[0]?.[1] }
      const asked = await callWith(behindTunnel, `${called}/auth/login`, post({}, headers))
      await refusal(asked, 'invalid')
      const { token } = await newPerson()
      const socket = await callWith(behindTunnel, `${called}/ws/chat?token=${token}`, {
        headers: { ...headers, ...upgrade, ...anAddress() },
      })
      expect(socket.status).toBe(101)
      socket.webSocket?.accept()
      socket.webSocket?.close()
    },
  )

  test.each(byTls)(
    'PLACE-2 If a tunnel says that it took TLS, the call counts as TLS: the cookie is `Secure`, and the documents say `wss`: %s',
    async (_, header) => {
      const { email } = await registered()
      const body = { email, password, cookie: true }
      const login = (headers: Record<string, string>) =>
        callWith(behindTunnel, `${called}/auth/login`, post(body, { ...anAddress(), ...headers }))
      expect((await login(header)).headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__Host-refresh=.*; Secure/),
      ])
      expect((await login({})).headers.getSetCookie()).toEqual([
        expect.not.stringContaining('Secure'),
      ])
      const document = await callWith(behindTunnel, `${called}/asyncapi.json`, { headers: header })
      expect(JSON.stringify(await document.json())).toContain('"protocol":"wss"')
    },
  )

  test.each(byTls)(
    'PLACE-3 A deployed server ignores headers that say how it was called: %s',
    async (_, header) => {
      const http = await callWith(production, `${called}/messages`, post({}, header))
      await refusal(http, 'origin_not_allowed')
      const own = post({}, { ...header, origin: 'https://other.example.com' })
      await refusal(await callWith(production, '/auth/login', own), 'origin_not_allowed')
    },
  )
})

describe.each([
  'capacitor://localhost',
  'ionic://localhost',
  'tauri://localhost',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'moz-extension://0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11',
])('an app or an extension: %s', (app) => {
  const listed = { ...production, ALLOWED_ORIGINS: `https://a.example.com, ${app}` }

  test('PLACE-4 An app or an extension can call and connect only if its origin is listed', async () => {
    const read = await callWith(listed, '/health', { headers: { origin: app } })
    expect(read.headers.get('access-control-allow-origin')).toBe(app)
    await refusal(
      await callWith(listed, '/auth/login', post({}, { origin: app, ...anAddress() })),
      'invalid',
    )
    const headers = { origin: app, ...upgrade, ...anAddress() }
    expect(await closing(await callWith(listed, '/ws/chat', { headers }))).toMatchObject({
      code: 4401,
    })

    for (const elsewhere of [production, {}]) {
      const refused = await callWith(elsewhere, '/auth/login', post({}, { origin: app }))
      await refusal(refused, 'origin_not_allowed')
      const address = { headers: { ...headers, ...anAddress() } }
      expect(await closing(await callWith(elsewhere, '/ws/chat', address))).toMatchObject({
        code: 4403,
      })
    }
  })

  test('PLACE-5 An app or an extension gets its refresh token in the body and never as a cookie', async () => {
    const { email } = await registered()
    const from = { origin: app, ...anAddress() }
    const asked = await callWith(listed, '/auth/login', preflight(app, 'content-type'))
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull()

    const wanted = post({ email, password, cookie: true }, from)
    const refused = await callWith(listed, '/auth/login', wanted)
    expect((await refusal(refused, 'origin_not_allowed')).detail).toContain('without `cookie`')
    expect(refused.headers.getSetCookie()).toEqual([])

    const login = await callWith(listed, '/auth/login', post({ email, password }, from))
    const { refresh_token } = await answer(login, 200, Tokens)
    const cookie = { ...from, cookie: `__Host-refresh=${refresh_token}` }
    const shown = await callWith(listed, '/auth/refresh', post({}, cookie))
    await refusal(shown, 'origin_not_allowed')
    const renewed = await callWith(listed, '/auth/refresh', post({ refresh_token }, from))
    expect((await answer(renewed, 200, Tokens)).refresh_token).toBeTruthy()
  })
})

describe('headers that monitoring puts into every call', () => {
  const own = 'Authorization, Content-Type, Idempotency-Key'
  const page = 'http://localhost:5173'
  const allowed = async (from: string, asked: string) =>
    (await call('/messages', preflight(from, asked))).headers.get('access-control-allow-headers')

  test('PLACE-6 Headers that monitoring adds to calls pass the preflight of an allowed page', async () => {
    const tracing = 'baggage, sentry-trace, traceparent, tracestate, x-request-id'
    expect(await allowed(page, `authorization,content-type,${tracing}`)).toBe(`${own}, ${tracing}`)
    expect(await allowed('https://evil.example.com', tracing)).toBeNull()
  })

  test('PLACE-7 Headers that only a proxy sets, and invalid names, do not pass the preflight', async () => {
    const asked = 'cf-connecting-ip, forwarded, x-forwarded-proto, x-real-ip, traceparent'
    expect(await allowed(page, asked)).toBe(`${own}, traceparent`)
    for (const nonsense of ['*', 'a b', 'a,', 'a;b', `x-${'y'.repeat(1_100)}`, ''])
      expect(await allowed(page, nonsense)).toBe(own)
  })
})

describe('a parameter that is given empty', () => {
  test('PLACE-8 An empty parameter counts as absent', async () => {
    const ada = await newPerson()
    const { id } = await say(ada, 'Hello')
    const whole = await (await call('/messages')).json()
    for (const query of ['limit=', 'cursor=', 'limit=&cursor=']) {
      expect(await (await call(`/messages?${query}`)).json()).toEqual(whole)
    }
    expect(JSON.stringify(whole)).toContain(id)

    const headers = { authorization: 'Bearer the-admin-token-of-the-tests-of-32-bytes' }
    const find = (query: string) => call(`/admin/users?${query}`, { headers })
    expect(await (await find(`email=&username=${ada.username}`)).json()).toMatchObject([
      { id: ada.id },
    ])
    const { errors } = await refusal(await find('email='), 'invalid')
    expect(errors).toEqual({ email: 'Give either email or username.' })
  })

  test('PLACE-9 An empty parameter of an upgrade counts as absent too', async () => {
    const ada = await newPerson()
    const { token } = ada
    const ticket = async () =>
      ((await (await callAs(ada, 'POST', '/ws/ticket')).json()) as { ticket: string }).ticket
    for (const query of [
      `token=${token}&ticket=&epoch=&since=`,
      `ticket=${await ticket()}&token=&epoch=e&since=`,
      `token=${token}&epoch=&since=5`,
    ]) {
      const headers = { ...upgrade, ...anAddress() }
      const response = await call(`/ws/chat?${query}`, { headers })
      if (!response.webSocket) throw new Error(`No socket: ${response.status}`)
      const socket = new Socket(response.webSocket, null)
      expect((await socket.next('welcome')).data).toMatchObject({ resumed: false })
      await socket.close()
    }
    const bare = await call('/ws/chat?token=&ticket=', { headers: { ...upgrade, ...anAddress() } })
    expect(await closing(bare)).toMatchObject({ code: 4401 })
  })
})
