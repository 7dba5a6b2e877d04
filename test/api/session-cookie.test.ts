import { describe, expect, test } from 'vitest'
import { Tokens } from '../../src/contract/routes/sessions.ts'
import { call } from '../support/chat.ts'
import { anAddress, askRefresh, callIn, password, registered, session } from './accounts.ts'
import { cookieName, own, renew, setCookie, withCookie } from './cookies.ts'
import { answer, callWith, origin, post, production, refusal, secureOrigin } from './responses.ts'

describe('the refresh token as a cookie', () => {
  test('COOKIE-1 On request the refresh token is sent as a cookie that no script and no other site can use', async () => {
    const { email } = await registered()
    const login = (changes: Record<string, unknown>) =>
      callWith(changes, '/auth/login', post({ email, password, cookie: true }, anAddress()))

    const local = await login({})
    expect(setCookie(local)).toEqual({
      name: cookieName,
      value: expect.stringMatching(/^[\w-]{107}$/),
      attributes: ['HttpOnly', 'Max-Age=2592000', 'Path=/', 'SameSite=Strict'],
    })
    expect((await answer(local, 200, Tokens)).refresh_token).toBeNull()

    expect(setCookie(await login(production))).toMatchObject({
      name: '__Host-refresh',
      attributes: ['HttpOnly', 'Max-Age=2592000', 'Path=/', 'SameSite=Strict', 'Secure'],
    })

    const plain = await call('/auth/login', post({ email, password }, anAddress()))
    expect(setCookie(plain)).toBeNull()
  })

  test('COOKIE-2 The cookie renews the session, and is itself renewed', async () => {
    const { tokens, cookie } = await withCookie()
    const response = await renew({ cookie, ...own })
    const next = setCookie(response)
    const renewed = await answer(response, 200, Tokens)
    expect(renewed).toMatchObject({ session_id: tokens.session_id, refresh_token: null })
    expect(cookie).not.toContain(next?.value)
    expect((await renew({ cookie: `${cookieName}=${next?.value}`, ...own })).status).toBe(200)
  })

  test.each<[string, Record<string, string>, number]>([
    ['of this server', own, 200],
    ['of the list', { origin: 'http://localhost:5173' }, 200],
    ['that is missing', {}, 403],
    ['that is null', { origin: 'null' }, 403],
    ['that is foreign', { origin: 'https://evil.example.com' }, 403],
    ['that looks like this one', { origin: `${origin}.evil.example.com` }, 403],
    ['that is plain where this is not', { origin: origin.replace('http:', 'https:') }, 403],
  ])(
    'COOKIE-3 A renewal by cookie needs an origin that is allowed: %s',
    async (_, headers, status) => {
      const { cookie } = await withCookie()
      for (const path of ['/auth/refresh', '/auth/logout']) {
        const response = await call(path, post({}, { cookie, ...headers }))
        if (status === 403) await refusal(response, 'origin_not_allowed')
        else expect(response.status).toBe(path === '/auth/logout' ? 204 : 200)
      }
    },
  )

  test('COOKIE-4 A refresh token in the body takes precedence over the cookie and needs no origin', async () => {
    const { email, cookie } = await withCookie()
    const other = await session(email)
    const response = await renew({ cookie }, { refresh_token: other.refresh_token })
    expect(setCookie(response)).toBeNull()
    expect(await answer(response, 200, Tokens)).toMatchObject({ session_id: other.session_id })
    const forged = await renew({ cookie, ...own }, { refresh_token: 'nonsense' })
    expect(setCookie(forged)).toBeNull()
    await refusal(forged, 'session_ended')
    expect((await renew({ cookie, ...own })).status).toBe(200)
  })

  test('COOKIE-5 The cookie is removed when its session has ended', async () => {
    const { tokens, cookie } = await withCookie()
    const gone = { name: cookieName, value: '', attributes: expect.arrayContaining(['Max-Age=0']) }
    const loggedOut = await call('/auth/logout', post({}, { cookie, ...own }))
    expect(loggedOut.status).toBe(204)
    expect(setCookie(loggedOut)).toEqual(gone)
    await refusal(await callIn(tokens, 'GET', '/auth/me'), 'session_ended')

    const refused = await renew({ cookie, ...own })
    expect(setCookie(refused)).toEqual(gone)
    await refusal(refused, 'session_ended')
    const forged = await renew({ cookie: `${cookieName}=nonsense`, ...own })
    expect(setCookie(forged)).toEqual(gone)
    await refusal(forged, 'session_ended')
  })

  test('COOKIE-6 The cookie is removed however its session ends, and not when another one ends', async () => {
    const { email, tokens, cookie } = await withCookie()
    const other = await session(email)
    const as = (token: string, path: string, method = 'POST') =>
      call(path, { ...post({}, { cookie, authorization: `Bearer ${token}` }), method })
    const others = await as(tokens.access_token, `/auth/sessions/${other.session_id}`, 'DELETE')
    expect([others.status, setCookie(others)]).toEqual([204, null])
    const all = await as(tokens.access_token, '/auth/logout-all')
    expect([all.status, setCookie(all)?.value]).toEqual([204, ''])
  })

  test('COOKIE-7 The cookie alone is no access token', async () => {
    const { cookie } = await withCookie()
    for (const path of ['/auth/me', '/auth/sessions', '/auth/me/export'])
      await refusal(await call(path, { headers: { cookie, ...own } }), 'unauthenticated')
    for (const path of ['/auth/logout-all', '/messages', '/ws/ticket'])
      await refusal(await call(path, post({}, { cookie, ...own })), 'unauthenticated')
  })

  test('COOKIE-8 The cookie is sent over TLS only, except on the local machine', async () => {
    const { email } = await registered()
    const login = post({ email, password }, anAddress())
    const deployed = await answer(await callWith(production, '/auth/login', login), 200, Tokens)
    const { refresh_token } = deployed
    for (const name of ['refresh', '__Secure-refresh', '__host-refresh']) {
      const headers = { cookie: `${name}=${refresh_token}`, origin: secureOrigin }
      await refusal(await callWith(production, '/auth/refresh', post({}, headers)), 'session_ended')
    }
    const headers = { cookie: `a=b; __Host-refresh=${refresh_token}`, origin: secureOrigin }
    expect((await callWith(production, '/auth/refresh', post({}, headers))).status).toBe(200)
    const local = await session(email)
    expect((await askRefresh(local.refresh_token)).status).toBe(200)
  })
})
