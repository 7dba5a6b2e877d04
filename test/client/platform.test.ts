// The URL of the service, and environments that lack something: the client says at once what to do.

import { afterEach, describe, expect, test, vi } from 'vitest'
import { ChatClient } from '../../src/client/chat-client.ts'
import { defaults, type Platform } from '../../src/client/platform.ts'
import { ChatProblem } from '../../src/client/problem.ts'
import { ChatRest } from '../../src/client/rest.ts'
import { utf8Length } from '../../src/client/utf8-length.ts'
import { Harness, problemsOf, settle } from './harness.ts'

afterEach(() => vi.unstubAllGlobals())

/** A client of the harness with other parts of the platform. */
function clientWith(harness: Harness, parts: Partial<Platform>, url = 'https://chat.test') {
  return new ChatClient({ url, getToken: () => 't0', platform: { ...harness.platform, ...parts } })
}

/** The default parts of the platform, instead of those of the harness. */
function own<P extends keyof Platform>(...parts: P[]): Pick<Platform, P> {
  return Object.fromEntries(parts.map((part) => [part, defaults[part]])) as Pick<Platform, P>
}

describe('the URL of the service', () => {
  test.each([
    ['https://chat.test', 'https://chat.test/auth/me', 'wss://chat.test/ws/chat'],
    ['https://chat.test/', 'https://chat.test/auth/me', 'wss://chat.test/ws/chat'],
    ['http://localhost:8787', 'http://localhost:8787/auth/me', 'ws://localhost:8787/ws/chat'],
    ['https://host.test/chat', 'https://host.test/chat/auth/me', 'wss://host.test/chat/ws/chat'],
    ['https://host.test/a/b//', 'https://host.test/a/b/auth/me', 'wss://host.test/a/b/ws/chat'],
    ['HTTPS://Host.test/Chat', 'https://host.test/Chat/auth/me', 'wss://host.test/Chat/ws/chat'],
  ])('%s may have a path, which all requests and the socket keep', async (url, call, socket) => {
    const harness = new Harness()
    const tokenRequests: string[] = []
    const fetch: Platform['fetch'] = (address, init) => {
      tokenRequests.push(address)
      return harness.platform.fetch('https://chat.test/messages?limit=50', init)
    }
    await new ChatRest({ url, platform: { ...harness.platform, fetch } }).call('GET', '/auth/me')
    await new ChatRest({ url, platform: { ...harness.platform, fetch } }).call('GET', 'auth/me')
    expect(tokenRequests).toEqual([call, call])
    clientWith(harness, { fetch }, url).connect()
    await settle()
    expect(tokenRequests.at(-1)).toBe(call.replace('/auth/me', '/messages?limit=50'))
    expect(harness.socket.address.href).toBe(`${socket}?epoch=e1&since=0`)
  })

  test.each([
    'https://chat.test?room=1',
    'https://chat.test/?',
    'https://chat.test/#top',
    'https://ada:secret@chat.test',
    'https://ada@chat.test',
    'wss://chat.test',
    'ws://chat.test',
    'file:///chat',
    'javascript:alert(1)',
    'chat.test',
    '/chat',
    '',
    'https://',
    'https://chat .test',
    'https://chat.test:99999',
    ' https://chat.test',
  ])('%s is refused by the constructor, and not repeated in the message', (url) => {
    for (const make of [
      () => new ChatRest({ url }),
      () => new ChatClient({ url, getToken: () => null }),
    ]) {
      let thrown: unknown
      try {
        make()
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(ChatProblem)
      expect(thrown).toMatchObject({ code: 'unsupported' })
      expect((thrown as ChatProblem).message).toMatch(/^Give `url`: /)
      expect((thrown as ChatProblem).message).not.toContain('secret')
    }
  })

  test.each(['', 'null'])(
    'that is missing (the origin is “%s”) is refused at the first use',
    async (origin) => {
      const harness = new Harness()
      const platform = { ...harness.platform, origin }
      const client = new ChatClient({ getToken: () => 't0', platform })
      await expect(client.connect()).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining('`url`'),
      })
      expect(client.state).toMatchObject({ status: 'stopped', stopped: 'fault' })
      const rest = new ChatRest({ getToken: () => 't0', platform })
      await expect(rest.me()).rejects.toMatchObject({ code: 'unsupported' })
      expect(harness.clock.waiting).toBe(0)
    },
  )
})

describe('an environment without', () => {
  test('WebSocket is reported at the first connect, without any request', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const harness = new Harness()
    const client = clientWith(harness, own('openSocket'))
    const emitted = problemsOf(client)
    for (const _ of [1, 2]) {
      const refused = await client.connect().catch((thrown) => thrown)
      expect(refused).toMatchObject({
        code: 'unsupported',
        message: 'There is no WebSocket here: use Node 22 or newer, or give `platform.openSocket`.',
      })
      expect(client.state).toMatchObject({ status: 'stopped', stopped: 'fault', problem: refused })
    }
    await harness.clock.advance(600_000)
    expect(harness.calls).toEqual([])
    expect([emitted.length, harness.clock.waiting, harness.watching]).toEqual([2, 0, 0])
  })

  test('WebSocket can get a polyfill later', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const harness = new Harness()
    const client = clientWith(harness, own('openSocket'))
    await client.connect().catch(() => {})
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor(url: string, protocols: string[]) {
          // biome-ignore lint/correctness/noConstructorReturn: it stands for another class
          return harness.platform.openSocket(url, protocols)
        }
      },
    )
    client.connect()
    await settle()
    expect(harness.sockets).toHaveLength(1)
  })

  test('WebSocket works with an own openSocket', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const harness = await Harness.online()
    expect(harness.state.status).toBe('online')
  })

  test('fetch is reported in each call and at the first connect', async () => {
    vi.stubGlobal('fetch', undefined)
    const harness = new Harness()
    const problem = {
      code: 'unsupported',
      message: 'There is no fetch here: use Node 22 or newer, or give `platform.fetch`.',
    }
    const client = clientWith(harness, own('fetch'))
    await expect(client.connect()).rejects.toMatchObject(problem)
    await expect(client.online()).rejects.toMatchObject(problem)
    const rest = new ChatRest({ url: 'https://chat.test' })
    await expect(rest.login({ email: '', password: '' })).rejects.toMatchObject(problem)
  })

  test('crypto still gives each message a unique id', () => {
    vi.stubGlobal('crypto', undefined)
    const ids = Array.from({ length: 1_000 }, () => defaults.newId())
    expect(new Set(ids).size).toBe(1_000)
    expect(Math.max(...ids.map(({ length }) => length))).toBeLessThanOrEqual(64)
  })

  test('performance uses only the clock of the device', async () => {
    vi.stubGlobal('performance', undefined)
    const harness = new Harness()
    const client = clientWith(harness, own('elapsed'))
    await harness.goOnline(client)
    await harness.clock.advance(60_000)
    expect(client.state.status).toBe('online')
  })

  test('TextEncoder counts the same bytes', () => {
    const texts = ['', 'plain', 'é', '日本', '🙂🙂', 'a\u07ffb\u0800c\uffffd', '\u{10ffff}']
    const expected = texts.map((text) => new TextEncoder().encode(text).length)
    vi.stubGlobal('TextEncoder', undefined)
    expect(texts.map(utf8Length)).toEqual(expected)
  })
})

describe('a socket that cannot be opened', () => {
  test.each(['SyntaxError', 'SecurityError'])(
    '(%s) is reported once, and stops the client',
    async (name) => {
      const harness = new Harness()
      const cause = new DOMException('An insecure WebSocket may not be opened here.', name)
      let opened = 0
      const client = clientWith(harness, {
        openSocket() {
          opened++
          throw cause
        },
      })
      const emitted = problemsOf(client)
      await expect(client.connect()).rejects.toMatchObject({
        code: 'unsupported',
        message: `No socket can be opened: ${name}: An insecure WebSocket may not be opened here.`,
        cause,
      })
      await harness.clock.advance(600_000)
      expect([opened, emitted.length, harness.clock.waiting, harness.watching]).toEqual([
        1, 1, 0, 0,
      ])
      expect(client.state).toMatchObject({
        status: 'stopped',
        stopped: 'fault',
        problem: { code: 'unsupported' },
      })
    },
  )

  test('any more stops the client too', async () => {
    const harness = new Harness()
    let isAllowed = true
    const client = clientWith(harness, {
      openSocket(url, protocols) {
        if (!isAllowed) throw new Error('Not any more.')
        return harness.platform.openSocket(url, protocols)
      },
    })
    await harness.goOnline(client)
    isAllowed = false
    await harness.dropAndRetry()
    expect(client.state).toMatchObject({ status: 'stopped', stopped: 'fault' })
    isAllowed = true
    await harness.goOnline(client)
    expect(client.state).toMatchObject({ status: 'online', problem: null })
  })
})
