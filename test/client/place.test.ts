// Where the service is and what the place of the client has: what can't work is said at once.

import { afterEach, describe, expect, test, vi } from 'vitest'
import { ChatClient } from '../../src/client/chat-client.ts'
import { bytesOf } from '../../src/client/line.ts'
import { defaults, type Platform } from '../../src/client/platform.ts'
import { ChatProblem } from '../../src/client/problem.ts'
import { ChatRest } from '../../src/client/rest.ts'
import { Scene, settle } from './scene.ts'

afterEach(() => vi.unstubAllGlobals())

/** A client of a scene whose platform lacks some parts. */
function clientWith(scene: Scene, parts: Partial<Platform>, url = 'https://chat.test') {
  return new ChatClient({ url, getToken: () => 't0', platform: { ...scene.platform, ...parts } })
}

/** The parts of the place, in the place of the scene's. */
function own<P extends keyof Platform>(...parts: P[]): Pick<Platform, P> {
  return Object.fromEntries(parts.map((part) => [part, defaults[part]])) as Pick<Platform, P>
}

describe('the address of the service', () => {
  test.each([
    ['https://chat.test', 'https://chat.test/auth/me', 'wss://chat.test/ws/chat'],
    ['https://chat.test/', 'https://chat.test/auth/me', 'wss://chat.test/ws/chat'],
    ['http://localhost:8787', 'http://localhost:8787/auth/me', 'ws://localhost:8787/ws/chat'],
    ['https://host.test/chat', 'https://host.test/chat/auth/me', 'wss://host.test/chat/ws/chat'],
    ['https://host.test/a/b//', 'https://host.test/a/b/auth/me', 'wss://host.test/a/b/ws/chat'],
    ['HTTPS://Host.test/Chat', 'https://host.test/Chat/auth/me', 'wss://host.test/Chat/ws/chat'],
  ])('%s may have a path, which all calls and the socket keep', async (url, call, socket) => {
    const scene = new Scene()
    const asked: string[] = []
    const fetch: Platform['fetch'] = (address, init) => {
      asked.push(address)
      return scene.platform.fetch('https://chat.test/messages?limit=50', init)
    }
    await new ChatRest({ url, platform: { ...scene.platform, fetch } }).call('GET', '/auth/me')
    await new ChatRest({ url, platform: { ...scene.platform, fetch } }).call('GET', 'auth/me')
    expect(asked).toEqual([call, call])
    clientWith(scene, { fetch }, url).connect()
    await settle()
    expect(asked.at(-1)).toBe(call.replace('/auth/me', '/messages?limit=50'))
    expect(scene.socket.address.href).toBe(`${socket}?epoch=e1&since=0`)
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
  ])('%s is refused where it is given, and not repeated', (url) => {
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
    'that is nowhere (the page is at “%s”) is missed when it is needed',
    async (origin) => {
      const scene = new Scene()
      const platform = { ...scene.platform, origin }
      const client = new ChatClient({ getToken: () => 't0', platform })
      await expect(client.connect()).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining('`url`'),
      })
      expect(client.state).toMatchObject({ status: 'stopped', stopped: 'fault' })
      const rest = new ChatRest({ getToken: () => 't0', platform })
      await expect(rest.me()).rejects.toMatchObject({ code: 'unsupported' })
      expect(scene.clock.waiting).toBe(0)
    },
  )
})

describe('a place without', () => {
  test('WebSocket says so at the first connect, and asks nothing of the service', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const scene = new Scene()
    const client = clientWith(scene, own('openSocket'))
    const told: ChatProblem[] = []
    client.on('error', (problem) => told.push(problem))
    for (const _ of [1, 2]) {
      const refused = await client.connect().catch((thrown) => thrown)
      expect(refused).toMatchObject({
        code: 'unsupported',
        message: 'There is no WebSocket here: use Node 22 or newer, or give `platform.openSocket`.',
      })
      expect(client.state).toMatchObject({ status: 'stopped', stopped: 'fault', problem: refused })
    }
    await scene.clock.pass(600_000)
    expect(scene.calls).toEqual([])
    expect([told.length, scene.clock.waiting, scene.watching]).toEqual([2, 0, 0])
  })

  test('WebSocket at first takes one that comes later', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const scene = new Scene()
    const client = clientWith(scene, own('openSocket'))
    await client.connect().catch(() => {})
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor(url: string, protocols: string[]) {
          // biome-ignore lint/correctness/noConstructorReturn: it stands for another class
          return scene.platform.openSocket(url, protocols)
        }
      },
    )
    client.connect()
    await settle()
    expect(scene.sockets).toHaveLength(1)
  })

  test('WebSocket serves with an own openSocket', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const scene = new Scene()
    await scene.enter()
    expect(scene.state.status).toBe('online')
  })

  test('fetch says so, in each call and at the first connect', async () => {
    vi.stubGlobal('fetch', undefined)
    const scene = new Scene()
    const problem = {
      code: 'unsupported',
      message: 'There is no fetch here: use Node 22 or newer, or give `platform.fetch`.',
    }
    const client = clientWith(scene, own('fetch'))
    await expect(client.connect()).rejects.toMatchObject(problem)
    await expect(client.online()).rejects.toMatchObject(problem)
    const rest = new ChatRest({ url: 'https://chat.test' })
    await expect(rest.login({ email: '', password: '' })).rejects.toMatchObject(problem)
  })

  test('crypto still gives each message an id of its own', () => {
    vi.stubGlobal('crypto', undefined)
    const ids = Array.from({ length: 1_000 }, () => defaults.newId())
    expect(new Set(ids).size).toBe(1_000)
    expect(Math.max(...ids.map(({ length }) => length))).toBeLessThanOrEqual(64)
  })

  test('performance goes by the clock of the device alone', async () => {
    vi.stubGlobal('performance', undefined)
    const scene = new Scene()
    const client = clientWith(scene, own('elapsed'))
    client.connect()
    await settle()
    await scene.admit()
    await scene.clock.pass(60_000)
    expect(client.state.status).toBe('online')
  })

  test('TextEncoder counts bytes as it does', () => {
    const texts = ['', 'plain', 'é', '日本', '🙂🙂', 'a\u07ffb\u0800c\uffffd', '\u{10ffff}']
    const expected = texts.map((text) => new TextEncoder().encode(text).length)
    vi.stubGlobal('TextEncoder', undefined)
    expect(texts.map(bytesOf)).toEqual(expected)
  })
})

describe('a socket that cannot be opened', () => {
  test.each(['SyntaxError', 'SecurityError'])('(%s) is told once and stops', async (name) => {
    const scene = new Scene()
    const cause = new DOMException('An insecure WebSocket may not be opened here.', name)
    let opened = 0
    const client = clientWith(scene, {
      openSocket() {
        opened++
        throw cause
      },
    })
    const told: ChatProblem[] = []
    client.on('error', (problem) => told.push(problem))
    await expect(client.connect()).rejects.toMatchObject({
      code: 'unsupported',
      message: `No socket can be opened: ${name}: An insecure WebSocket may not be opened here.`,
      cause,
    })
    await scene.clock.pass(600_000)
    expect([opened, told.length, scene.clock.waiting, scene.watching]).toEqual([1, 1, 0, 0])
    expect(client.state).toMatchObject({
      status: 'stopped',
      stopped: 'fault',
      problem: { code: 'unsupported' },
    })
  })

  test('after it could be is no different', async () => {
    const scene = new Scene()
    let isAllowed = true
    const client = clientWith(scene, {
      openSocket(url, protocols) {
        if (!isAllowed) throw new Error('Not any more.')
        return scene.platform.openSocket(url, protocols)
      },
    })
    client.connect()
    await settle()
    await scene.admit()
    isAllowed = false
    scene.socket.drop()
    await scene.clock.pass(1_000)
    expect(client.state).toMatchObject({ status: 'stopped', stopped: 'fault' })
    isAllowed = true
    client.connect()
    await settle()
    await scene.admit()
    expect(client.state).toMatchObject({ status: 'online', problem: null })
  })
})
