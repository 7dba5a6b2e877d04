import { describe, expect, test } from 'vitest'
import { ChatRest, type RestOptions } from '../../src/client/rest.ts'
import { ada, type Call, problem, Scene, settle } from './scene.ts'

const email = 'ada@example.com'
const password = 'a long password'
const credentials = { email, password }

/** A service that gives tokens out; `t1`, `t2`, … with refresh tokens `r1`, `r2`, … */
function service(options: RestOptions = {}) {
  const scene = new Scene()
  let given = 0
  let valid = ''
  const grant = (cookie: boolean) => {
    valid = `t${++given}`
    const refresh_token = cookie ? null : `r${given}`
    return { status: 200, body: { access_token: valid, expires_in: 3600, refresh_token } }
  }
  scene.answer = ({ path, body, token }: Call) => {
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
  const platform = scene.platform
  const rest = new ChatRest({ url: 'https://chat.test/', platform, ...options })
  return {
    scene,
    rest,
    revoke: () => (valid = ''),
    paths: () => scene.calls.map(({ path }) => path),
  }
}

describe('an account', () => {
  test('is opened, entered and read', async () => {
    const { scene, rest } = service()
    scene.answer = ({ body }) => ({ status: 201, body: { ...ada, ...(body as object) } })
    const account = { username: 'Ada', ...credentials }
    expect(await rest.register(account)).toEqual({ ...ada, ...account })
    const other = service()
    await other.rest.login(credentials)
    expect(await other.rest.me()).toMatchObject({ email })
    expect(other.scene.calls).toMatchObject([
      { method: 'POST', path: '/auth/login', body: credentials, token: null },
      { method: 'GET', path: '/auth/me', body: undefined, token: 'Bearer t1' },
    ])
  })

  test('that is refused is a problem with what is wrong with each field', async () => {
    const { scene, rest } = service()
    const errors = { password: 'Must have at least 8 characters.' }
    scene.answer = () => problem(422, 'invalid', { errors })
    await expect(rest.register({ username: 'Ada', ...credentials })).rejects.toMatchObject({
      code: 'invalid',
      status: 422,
      errors,
      message: 'It is invalid.',
    })
  })
})

describe('the tokens', () => {
  test('are renewed shortly before they end, and not before', async () => {
    const { scene, rest, paths } = service()
    await rest.login(credentials)
    await scene.clock.pass(3_590_000)
    expect(await rest.getToken({ renew: false })).toBe('t1')
    await scene.clock.pass(1)
    expect(await rest.getToken({ renew: false })).toBe('t2')
    expect(rest.refreshToken).toBe('r2')
    expect(paths()).toEqual(['/auth/login', '/auth/refresh'])
  })

  test('are renewed once by all who ask at a time', async () => {
    const { rest, paths } = service()
    await rest.login(credentials)
    const asked = [1, 2, 3].map(() => rest.getToken({ renew: true }))
    expect(await Promise.all(asked)).toEqual(['t2', 't2', 't2'])
    expect(paths()).toEqual(['/auth/login', '/auth/refresh'])
  })

  test('are renewed once where a call is refused, and the call is made again', async () => {
    const { rest, revoke, paths } = service()
    await rest.login(credentials)
    revoke()
    expect(await rest.me()).toMatchObject({ email })
    expect(paths()).toEqual(['/auth/login', '/auth/me', '/auth/refresh', '/auth/me'])
  })

  test('that can’t be renewed any more leave nobody logged in', async () => {
    const { rest, revoke } = service({ refreshToken: 'old' })
    expect(await rest.refresh()).toBe(false)
    expect(await rest.getToken({ renew: false })).toBeNull()
    expect(rest.refreshToken).toBeNull()
    revoke()
    await expect(rest.me()).rejects.toMatchObject({ code: 'token_expired' })
  })

  test('outlive a service that is away', async () => {
    const { scene, rest } = service()
    await rest.login(credentials)
    const { answer } = scene
    scene.answer = () => problem(503, 'unavailable', { retry_after: 3 })
    await expect(rest.refresh()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 3_000 })
    scene.answer = answer
    expect(await rest.getToken({ renew: false })).toBe('t1')
    expect(await rest.refresh()).toBe(true)
  })

  test('in a cookie renew without being seen, also after a reload of the page', async () => {
    const { scene, rest } = service({ cookie: true })
    await rest.login(credentials)
    expect(rest.refreshToken).toBeNull()
    expect(scene.calls[0]?.body).toEqual({ ...credentials, cookie: true })
    const reloaded = new ChatRest({
      url: 'https://chat.test',
      cookie: true,
      platform: scene.platform,
    })
    expect(await reloaded.getToken({ renew: false })).toBe('t2')
    expect(scene.calls[1]).toMatchObject({ path: '/auth/refresh', body: {} })
  })

  test('of nobody ask nothing of the service', async () => {
    const { rest, paths } = service()
    expect(await rest.getToken({ renew: false })).toBeNull()
    expect(paths()).toEqual([])
  })
})

describe('logging out', () => {
  test('ends the session by what renews it', async () => {
    const { scene, rest } = service()
    await rest.login(credentials)
    await rest.logout()
    expect(scene.calls.at(-1)).toMatchObject({
      path: '/auth/logout',
      body: { refresh_token: 'r1' },
      token: null,
    })
    expect(await rest.getToken({ renew: false })).toBeNull()
  })

  test('holds here even when the service can’t be reached, and says so', async () => {
    const { scene, rest } = service()
    await rest.login(credentials)
    scene.answer = () => {
      throw new TypeError('fetch failed')
    }
    await expect(rest.logout()).rejects.toMatchObject({ code: 'network' })
    expect(await rest.getToken({ renew: false })).toBeNull()
  })
})

describe('a problem', () => {
  test('without an answer is of the network, with its cause', async () => {
    const { scene, rest } = service()
    const cause = new TypeError('fetch failed')
    scene.answer = () => {
      throw cause
    }
    await expect(rest.history()).rejects.toMatchObject({ code: 'network', cause })
  })

  test('comes after 15 seconds at the latest', async () => {
    const { scene, rest } = service()
    scene.answer = () => new Promise(() => {})
    const refused = expect(rest.history()).rejects.toMatchObject({ code: 'network' })
    await scene.clock.pass(14_999)
    expect(scene.clock.waiting).toBe(1)
    await scene.clock.pass(1)
    await refused
    expect(scene.clock.waiting).toBe(0)
  })

  test('of something in between is one of the network, and the call is not repeated', async () => {
    const { scene, rest } = service()
    await rest.login(credentials)
    const calls = scene.calls.length
    scene.answer = () => ({ status: 502, type: 'text/html' })
    await expect(rest.history()).rejects.toMatchObject({
      code: 'network',
      cause: { status: 502 },
    })
    expect(scene.calls.slice(calls).map(({ path }) => path)).toEqual(['/messages?limit=50'])
    scene.answer = () => ({ status: 200 })
    await expect(rest.history()).rejects.toMatchObject({ code: 'network' })
  })
})

test('a page of the history is asked for by limit and cursor', async () => {
  const { scene, rest, paths } = service()
  scene.answer = undefined
  await rest.history()
  await rest.history({ limit: 7, cursor: '2026-11-23T12:00:00+01:00' })
  expect(paths()).toEqual([
    '/messages?limit=50',
    '/messages?limit=7&cursor=2026-11-23T12%3A00%3A00%2B01%3A00',
  ])
  await settle()
})
