import { describe, expect, test, vi } from 'vitest'
import { ChatRest } from '../../src/client/rest.ts'
import type { RestOptions } from '../../src/client/rest-options.ts'
import { ada, type Call, Harness, problem, settle } from './harness.ts'

const email = 'ada@example.com'
const password = 'a long password'
const credentials = { email, password }

/** A service that issues tokens `t1`, `t2`, … with refresh tokens `r1`, `r2`, … */
function service(options: RestOptions = {}) {
  const harness = new Harness()
  let given = 0
  let valid = ''
  const grant = (cookie: boolean) => {
    valid = `t${++given}`
    const refresh_token = cookie ? null : `r${given}`
    return { status: 200, body: { access_token: valid, expires_in: 3600, refresh_token } }
  }
  harness.answer = ({ path, body, token }: Call) => {
    const { cookie, refresh_token } = (body ?? {}) as { cookie?: boolean; refresh_token?: string }
    if (path === '/auth/login') return grant(cookie === true)
    if (path === '/auth/logout') return { status: 204 }
    if (path === '/auth/refresh')
      return refresh_token === undefined || refresh_token === `r${given}`
        ? grant(refresh_token === undefined)
        : problem(401, 'session_ended')
    if (token !== `Bearer ${valid}`) return problem(401, 'token_expired')
    return { status: 200, body: { ...ada, email } }
  }
  const platform = harness.platform
  const rest = new ChatRest({ url: 'https://chat.test/', platform, ...options })
  return {
    harness,
    rest,
    revoke: () => (valid = ''),
    paths: () => harness.calls.map(({ path }) => path),
  }
}

describe('an account', () => {
  test('is registered, logged in and read', async () => {
    const { harness, rest } = service()
    harness.answer = ({ body }) => ({ status: 201, body: { ...ada, ...(body as object) } })
    const account = { username: 'Ada', ...credentials }
    expect(await rest.register(account)).toEqual({ ...ada, ...account })
    const other = service()
    await other.rest.login(credentials)
    expect(await other.rest.me()).toMatchObject({ email })
    expect(other.harness.calls).toMatchObject([
      { method: 'POST', path: '/auth/login', body: credentials, token: null },
      { method: 'GET', path: '/auth/me', body: undefined, token: 'Bearer t1' },
    ])
  })

  test('that is refused throws a problem with the errors of each field', async () => {
    const { harness, rest } = service()
    const errors = { password: 'Must have at least 8 characters.' }
    harness.answer = () => problem(422, 'invalid', { errors })
    await expect(rest.register({ username: 'Ada', ...credentials })).rejects.toMatchObject({
      code: 'invalid',
      status: 422,
      errors,
      message: 'password: Must have at least 8 characters.',
    })
  })
})

describe('a forgotten password', () => {
  test('is replaced by two calls without a token, which log nobody in', async () => {
    const { harness, rest } = service()
    harness.answer = ({ path }) =>
      path === '/auth/password/forgot'
        ? { status: 202, body: { expires_in: 1800 } }
        : { status: 204 }
    expect(await rest.forgotPassword(email)).toEqual({ expires_in: 1800 })
    expect(await rest.resetPassword({ token: 'of the link', password })).toBeUndefined()
    expect(harness.calls).toMatchObject([
      { method: 'POST', path: '/auth/password/forgot', body: { email }, token: null },
      {
        ...{ method: 'POST', path: '/auth/password/reset', token: null },
        body: { token: 'of the link', password },
      },
    ])
    expect(await rest.getToken({ renew: false })).toBeNull()
  })

  test('stays if the link no longer works, or if something else answers', async () => {
    const { harness, rest } = service()
    harness.answer = () => problem(403, 'reset_token_invalid')
    await expect(rest.resetPassword({ token: 'old', password })).rejects.toMatchObject({
      code: 'reset_token_invalid',
      status: 403,
    })
    harness.answer = () => ({ status: 200, body: { portal: true } })
    await expect(rest.forgotPassword(email)).rejects.toMatchObject({ code: 'network' })
    await expect(rest.resetPassword({ token: 'old', password })).rejects.toMatchObject({
      code: 'network',
    })
  })
})

describe('the tokens', () => {
  test('are renewed shortly before they expire', async () => {
    const { harness, rest, paths } = service()
    await rest.login(credentials)
    await harness.clock.advance(3_590_000)
    expect(await rest.getToken({ renew: false })).toBe('t1')
    await harness.clock.advance(1)
    expect(await rest.getToken({ renew: false })).toBe('t2')
    expect(rest.refreshToken).toBe('r2')
    expect(paths()).toEqual(['/auth/login', '/auth/refresh'])
  })

  test('are renewed once by calls at the same time', async () => {
    const { rest, paths } = service()
    await rest.login(credentials)
    const tokenRequests = [1, 2, 3].map(() => rest.getToken({ renew: true }))
    expect(await Promise.all(tokenRequests)).toEqual(['t2', 't2', 't2'])
    expect(paths()).toEqual(['/auth/login', '/auth/refresh'])
  })

  test('are renewed once where a call is refused, and the call is made again', async () => {
    const { rest, revoke, paths } = service()
    await rest.login(credentials)
    revoke()
    expect(await rest.me()).toMatchObject({ email })
    expect(paths()).toEqual(['/auth/login', '/auth/me', '/auth/refresh', '/auth/me'])
  })

  test('that cannot be renewed any more end the login', async () => {
    const { rest, revoke } = service({ refreshToken: 'old' })
    expect(await rest.refresh()).toBe(false)
    expect(await rest.getToken({ renew: false })).toBeNull()
    expect(rest.refreshToken).toBeNull()
    revoke()
    await expect(rest.me()).rejects.toMatchObject({ code: 'token_expired' })
  })

  test('stay while the service is unavailable', async () => {
    const { harness, rest } = service()
    await rest.login(credentials)
    const { answer } = harness
    harness.answer = () => problem(503, 'unavailable', { retry_after: 3 })
    await expect(rest.refresh()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 3_000 })
    harness.answer = answer
    expect(await rest.getToken({ renew: false })).toBe('t1')
    expect(await rest.refresh()).toBe(true)
  })

  test('in a cookie are renewed, also after a reload of the page', async () => {
    const { harness, rest } = service({ cookie: true })
    await rest.login(credentials)
    expect(rest.refreshToken).toBeNull()
    expect(harness.calls[0]?.body).toEqual({ ...credentials, cookie: true })
    const reloaded = new ChatRest({
      url: 'https://chat.test',
      cookie: true,
      platform: harness.platform,
    })
    expect(await reloaded.getToken({ renew: false })).toBe('t2')
    expect(harness.calls[1]).toMatchObject({ path: '/auth/refresh', body: {} })
  })

  test('without a login cause no request', async () => {
    const { rest, paths } = service()
    expect(await rest.getToken({ renew: false })).toBeNull()
    expect(paths()).toEqual([])
  })
})

describe('logging out', () => {
  test('ends the session of the refresh token', async () => {
    const { harness, rest } = service()
    await rest.login(credentials)
    await rest.logout()
    expect(harness.calls.at(-1)).toMatchObject({
      path: '/auth/logout',
      body: { refresh_token: 'r1' },
      token: null,
    })
    expect(await rest.getToken({ renew: false })).toBeNull()
  })

  test('forgets the tokens and throws if the service cannot be reached', async () => {
    const { harness, rest } = service()
    await rest.login(credentials)
    harness.answer = () => {
      throw new TypeError('fetch failed')
    }
    await expect(rest.logout()).rejects.toMatchObject({ code: 'network' })
    expect(await rest.getToken({ renew: false })).toBeNull()
  })
})

describe('a problem', () => {
  test('without an answer tells a page of another origin once, on the console, what to check', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { harness } = service()
    harness.answer = () => {
      throw new TypeError('Failed to fetch')
    }
    for (const origin of ['', 'https://chat.test', 'https://bakery.test']) {
      const rest = new ChatRest({
        url: 'https://chat.test/',
        platform: { ...harness.platform, origin },
      })
      for (let call = 0; call < 2; call++) await rest.history().catch(() => {})
    }
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/list https:\/\/bakery\.test in its ALLOWED_ORIGINS/)],
    ])
    warn.mockRestore()
  })

  test('without an answer has the code `network` and its cause', async () => {
    const { harness, rest } = service()
    const cause = new TypeError('fetch failed')
    harness.answer = () => {
      throw cause
    }
    await expect(rest.history()).rejects.toMatchObject({ code: 'network', cause })
  })

  test('comes after 15 seconds at the latest', async () => {
    const { harness, rest } = service()
    harness.answer = () => new Promise(() => {})
    const refused = expect(rest.history()).rejects.toMatchObject({ code: 'network' })
    await harness.clock.advance(14_999)
    expect(harness.clock.waiting).toBe(1)
    await harness.clock.advance(1)
    await refused
    expect(harness.clock.waiting).toBe(0)
  })

  test('for an answer of a proxy has that answer as its cause', async () => {
    const { harness, rest } = service()
    harness.answer = () => ({ status: 502, type: 'text/html' })
    await expect(rest.history()).rejects.toMatchObject({ code: 'network', cause: { status: 502 } })
  })
})

test('a page of the history is requested by limit, and by where it is', async () => {
  const { harness, rest, paths } = service()
  harness.answer = undefined
  await rest.history()
  await rest.history({ limit: 7, cursor: '2026-11-23T12:00:00+01:00' })
  await rest.history({ after: 'm1' })
  await rest.history({ around: 'm1', limit: 3 })
  expect(paths()).toEqual([
    '/messages?limit=50',
    '/messages?limit=7&cursor=2026-11-23T12%3A00%3A00%2B01%3A00',
    '/messages?limit=50&after=m1',
    '/messages?limit=3&around=m1',
  ])
  await settle()
})
