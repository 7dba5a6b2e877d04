import { describe, expect, test, vi } from 'vitest'
import { call, callAs, newPerson } from '../support/chat.ts'
import { callWith, json, post, production, refusal, workerWith } from './responses.ts'

describe('an address', () => {
  test('CALL-1 An unknown address is not found', async () => {
    await refusal(await call('/nowhere'), 'not_found')
    await refusal(await call('/messages/'), 'not_found')
  })

  test('CALL-2 A method that is not allowed is refused with a list of those that are', async () => {
    const response = await call('/messages', { method: 'PUT' })
    await refusal(response, 'method_not_allowed')
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS')

    const byId = await call(`/messages/${crypto.randomUUID()}`, { method: 'PUT' })
    await refusal(byId, 'method_not_allowed')
    expect(byId.headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE, OPTIONS')
  })

  test('CALL-3 HEAD is answered wherever GET is, without a body', async () => {
    const response = await call('/health', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
    expect((await call('/auth/login', { method: 'HEAD' })).status).toBe(405)
  })

  test('CALL-4 OPTIONS is answered with the allowed methods', async () => {
    const response = await call('/auth/login', { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
    await refusal(await call('/nowhere', { method: 'OPTIONS' }), 'not_found')
  })
})

describe('a body', () => {
  const form = 'application/x-www-form-urlencoded'
  const broken = 'The body is not valid JSON.'
  const untyped = 'The body must be sent as application/json.'

  test.each([
    ['is not JSON', broken, { body: '{"email":', headers: json }],
    ['is empty', broken, { body: '', headers: json }],
    ['is a form', untyped, { body: 'email=a', headers: { 'content-type': form } }],
    ['is JSON called text', untyped, { body: '{}', headers: { 'content-type': 'text/plain' } }],
    ['has no type', untyped, { body: new TextEncoder().encode('{}'), headers: {} }],
  ])(
    'BODY-1 A body that is broken or not sent as JSON is refused as bad JSON: %s',
    async (_, detail, init) => {
      const response = await call('/auth/login', { method: 'POST', ...init })
      expect((await refusal(response, 'bad_json')).detail).toBe(detail)
    },
  )

  test('BODY-7 A body is read as UTF-8 exactly, and in no other encoding', async () => {
    const login = (type: string, body: Uint8Array) =>
      call('/auth/login', { method: 'POST', headers: { 'content-type': type }, body })
    const utf8 = new TextEncoder().encode('{"email":"ada@example.com","password":"pässwörd"}')
    const latin1 = Uint8Array.from('{"email":"ada@example.com","password":"pässwörd"}', (letter) =>
      letter.charCodeAt(0),
    )
    for (const charset of ['', ';charset=UTF-8', '; charset="utf8"'])
      await refusal(await login(`application/json${charset}`, utf8), 'bad_credentials')

    const unreadable = await refusal(await login('application/json', latin1), 'bad_json')
    expect(unreadable.detail).toBe('The body is not valid UTF-8.')
    for (const charset of ['iso-8859-1', '"latin1"', 'utf-16']) {
      const foreign = await login(`application/json; charset=${charset}`, latin1)
      expect((await refusal(foreign, 'bad_json')).detail).toBe('The body must be sent in UTF-8.')
    }
  })

  test.each(['null', '[]', '"text"', '7'])(
    'BODY-2 A body that is JSON but not an object is invalid: %s',
    async (body) => {
      const response = await call('/auth/login', { method: 'POST', headers: json, body })
      expect((await refusal(response, 'invalid')).errors).toEqual({
        body: 'Must be a JSON object.',
      })
    },
  )

  test('BODY-3 A body may name its charset and a subtype of JSON', async () => {
    for (const type of ['application/json; charset=utf-8', 'application/problem+json']) {
      const init = { method: 'POST', headers: { 'content-type': type }, body: '{}' }
      await refusal(await call('/auth/login', init), 'invalid')
    }
  })

  test('BODY-8 A body that breaks off is refused and not logged as an error', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const body = new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode('{"email":'))
        stream.error(new Error('The line is gone.'))
      },
    })
    const broken = await callWith({}, '/auth/login', { method: 'POST', headers: json, body })
    expect((await refusal(broken, 'bad_json')).detail).toBe('The body broke off.')
    expect(logged).not.toHaveBeenCalled()
    logged.mockRestore()
  })

  test('BODY-4 A body over 64 KiB is too large, with or without an announced length', async () => {
    const body = JSON.stringify({ email: 'a'.repeat(64 * 1024) })
    await refusal(await call('/auth/login', { method: 'POST', headers: json, body }), 'too_large')

    const chunks = new ReadableStream({
      start(stream) {
        for (let at = 0; at < body.length; at += 8_000)
          stream.enqueue(new TextEncoder().encode(body.slice(at, at + 8_000)))
        stream.close()
      },
    })
    const init = { method: 'POST', headers: json, body: chunks }
    await refusal(await call('/auth/login', init), 'too_large')
  })

  test('BODY-5 A body of exactly 64 KiB is read', async () => {
    const frame = JSON.stringify({ email: '' }).length
    const body = JSON.stringify({ email: 'a'.repeat(64 * 1024 - frame) })
    await refusal(await call('/auth/login', { method: 'POST', headers: json, body }), 'invalid')
  })

  test('BODY-6 The refusal of an invalid body names each invalid field in words for people', async () => {
    const response = await call('/auth/register', post({ username: 7, email: 'ada' }))
    expect((await refusal(response, 'invalid')).errors).toEqual({
      username: 'Must be text.',
      email: 'Must be an email address, like ada@example.com.',
      password: 'Is required.',
    })
  })
})

describe('every answer', () => {
  const data = ['/health', '/nowhere', '/messages', '/openapi.json', '/auth/me', '/ws/chat', '/']
  const pages = ['/docs', '/redoc']
  const fresh = 'public, max-age=300'

  test.each([...data, ...pages])(
    'HEAD-1 Every answer forbids the browser to load or embed anything foreign: %s',
    async (path) => {
      const { headers } = await call(path, { redirect: 'manual' })
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'permissions-policy': expect.stringContaining('camera=(), '),
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      })
      const policy = headers.get('content-security-policy')
      expect(policy).toMatch(/^default-src 'none';/)
      if (data.includes(path)) expect(policy).toBe("default-src 'none'; frame-ancestors 'none'")
    },
  )

  test('HEAD-2 Every answer demands TLS, except on the local machine', async () => {
    expect((await call('/health')).headers.get('strict-transport-security')).toBeNull()
    const response = await callWith(production, '/health')
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  test('HEAD-3 No answer may be cached, except the contract documents', async () => {
    const person = await newPerson()
    const paths = ['/auth/me', '/auth/sessions', '/auth/me/export', '/messages', '/users/online']
    const moderation = ['/room', '/room/words', '/users', '/reports', '/audit']
    for (const path of [...paths, ...moderation, `/users/${person.id}`])
      expect((await callAs(person, 'GET', path)).headers.get('cache-control')).toBe('no-store')
    for (const path of ['/health', '/ready', '/nowhere'])
      expect((await callAs(person, 'GET', path)).headers.get('cache-control')).toBe('no-store')
    for (const path of ['/auth/logout', '/ws/ticket', '/auth/login', '/auth/refresh'])
      expect((await callAs(person, 'POST', path, {})).headers.get('cache-control')).toBe('no-store')
    for (const [path, init] of [
      ['/messages', { method: 'OPTIONS' }],
      ['/', { redirect: 'manual' as const }],
    ] as const)
      expect((await call(path, init)).headers.get('cache-control')).toBe('no-store')
    for (const path of ['/docs', '/redoc', '/openapi.json', '/asyncapi.json'])
      expect((await call(path)).headers.get('cache-control')).toBe(fresh)
  })

  test('HEAD-4 No answer names the software that made it', async () => {
    for (const path of ['/health', '/nowhere', '/docs', '/messages?limit=none']) {
      const response = await call(path)
      for (const name of ['server', 'x-powered-by', 'via', 'x-runtime'])
        expect(response.headers.get(name)).toBeNull()
      expect(await response.text()).not.toMatch(/\.ts:\d|node_modules|\n\s+at /)
    }
  })
})

describe('a wrong configuration', () => {
  const wrong = { JWT_SECRET: 'short' }

  test.for<[string, string]>([
    ['JWT_SECRET', 'short'],
    ['ALLOWED_ORIGINS', 'chat.example.com'],
    ['ALLOWED_ORIGINS', '*'],
    ['DATABASE_URL', 'postgres://me:hidden/'],
    ['MESSAGE_LIMIT', 'plenty'],
  ])(
    'CONF-1 A wrong setting is named once in the log, without its value, and nowhere else: %s=%s',
    async ([name, value], { onTestFinished }) => {
      const lines: string[] = []
      const { error } = console
      console.error = (line: string) => lines.push(line)
      onTestFinished(() => {
        console.error = error
      })
      const callWrong = workerWith({ [name]: value })
      const problem = await refusal(await callWrong('/messages'), 'unavailable')
      expect((await callWrong('/health')).status).toBe(200)
      expect(JSON.stringify(problem)).not.toContain(name)
      expect(lines.map((line) => JSON.parse(line).event)).toEqual(['configuration_wrong'])
      expect(lines[0]).toContain(name)
      expect(lines[0]).not.toContain(`"${value}`)
      expect(lines[0]).not.toMatch(/hidden|short|plenty|\.ts:/)
    },
  )

  test('CONF-2 `/health` works also with a wrong setting', async () => {
    expect((await callWith(wrong, '/health')).status).toBe(200)
    await refusal(await callWith(wrong, '/docs'), 'unavailable')
  })
})

describe('an unexpected error', () => {
  test('FAULT-1 An unexpected error is answered with a problem, and logged without what it quotes', async ({
    onTestFinished,
  }) => {
    const lines: string[] = []
    const { error } = console
    console.error = (line: string) => lines.push(line)
    onTestFinished(() => {
      console.error = error
    })
    const ROOM = {
      getByName: () => ({
        historyPage: async () => ({
          get tag() {
            throw new Error('secret text')
          },
        }),
      }),
    }
    const problem = await refusal(await callWith({ ROOM }, '/messages?limit=3'), 'unavailable')
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(lines.join()).toContain('call_failed')
    expect(lines.join()).not.toContain('secret text')
    expect(lines.join()).not.toContain('limit=3')
  })
})
