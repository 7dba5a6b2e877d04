import { describe, expect, test } from 'vitest'
import { ChatClient } from '../../src/client/chat-client.ts'
import type { ChatOptions } from '../../src/client/chat-options.ts'
import type { Member } from '../../src/client/contract.ts'
import { ChatRest } from '../../src/client/rest.ts'
import type { RestOptions } from '../../src/client/rest-options.ts'
import {
  type Answer,
  ada,
  bo,
  type Call,
  Harness,
  memoryStorage,
  problem,
  roster,
  settle,
} from './harness.ts'

const url = 'https://chat.test'
const password = 'a long password'
const hour = 60 * 60_000

/** A service and the cookie of a browser. Tokens are `ada-1`, `bo-2`, … */
class Browser {
  readonly harness = new Harness()
  /** The user of the cookie's session. */
  cookie: Member | null = null
  /** False for a service of an older release, which does not compare users. */
  compares = true
  saysWhose = true
  refused = new Set<string>()
  #given = 0

  constructor() {
    this.harness.answer = (call) => this.answer(call)
  }

  tab(options: RestOptions = {}): ChatRest {
    return new ChatRest({ url, cookie: true, platform: this.harness.platform, ...options })
  }

  chat(rest: ChatRest, options: Partial<ChatOptions> = {}): ChatClient {
    return new ChatClient({
      url,
      getToken: rest.getToken,
      platform: this.harness.platform,
      ...options,
    })
  }

  logIn(rest: ChatRest, { username }: Member): Promise<void> {
    return rest.login({ email: `${username}@example.com`, password })
  }

  calls(path: string): Call[] {
    return this.harness.calls.filter((call) => call.path === path)
  }

  answer({ path, body, token }: Call): Answer | undefined {
    const { email, user_id } = (body ?? {}) as { email?: string; user_id?: string }
    if (path === '/auth/login') {
      this.cookie = email?.startsWith('Ada') ? ada : bo
      return this.#grant(this.cookie)
    }
    if (path === '/auth/refresh') {
      if (!this.cookie) return problem(401, 'session_ended')
      const isOther = user_id !== undefined && user_id !== this.cookie.id
      return this.compares && isOther ? problem(409, 'account_changed') : this.#grant(this.cookie)
    }
    if (path === '/auth/logout') return { status: 204 }
    if (this.refused.has(token ?? '')) return problem(401, 'token_expired')
    return path.startsWith('/messages?') ? undefined : { status: 200, body: ada }
  }

  #grant(user: Member) {
    const access_token = `${user.username.toLowerCase()}-${++this.#given}`
    const body = { access_token, expires_in: 3600, refresh_token: null }
    return { status: 200, body: { ...body, ...(this.saysWhose && { user }) } }
  }
}

/** Ada logs in in one tab, and then Bo in another: the cookie belongs to Bo. */
async function twoTabs(options: RestOptions = {}) {
  const browser = new Browser()
  const [adas, bos] = [browser.tab(options), browser.tab()]
  await browser.logIn(adas, ada)
  await browser.logIn(bos, bo)
  return { browser, adas, bos }
}

const changed = { code: 'account_changed' }

describe('a tab of a browser where another account logged in', () => {
  test.each([true, false])(
    'takes no tokens of that account, compared by the service: %s',
    async (compares) => {
      const { browser, adas, bos } = await twoTabs()
      browser.compares = compares
      await expect(adas.refresh()).rejects.toMatchObject(changed)
      await expect(adas.getToken({ renew: true })).rejects.toMatchObject(changed)
      expect(await adas.getToken({ renew: false })).toBe('ada-1')
      expect(adas.refreshToken).toBeNull()
      expect(await bos.refresh()).toBe(true)
      expect(await bos.getToken({ renew: false })).toMatch(/^bo-/)
    },
  )

  test('sends its user with each renewal, from the login, the first answer or the option', async () => {
    const browser = new Browser()
    const saying = (user_id: string) => expect.objectContaining({ body: { user_id } })
    const loggedIn = browser.tab()
    await browser.logIn(loggedIn, ada)
    await loggedIn.refresh()
    const first = browser.tab()
    await first.refresh()
    await first.refresh()
    browser.cookie = bo
    await expect(browser.tab({ userId: ada.id }).refresh()).rejects.toMatchObject(changed)
    const nobody = expect.objectContaining({ body: {} })
    const expected = [saying(ada.id), nobody, saying(ada.id), saying(ada.id)]
    expect(browser.calls('/auth/refresh')).toEqual(expected)
  })

  test('makes no call with the other account when its own token is refused', async () => {
    for (const compares of [true, false]) {
      const { browser, adas } = await twoTabs()
      browser.compares = compares
      browser.refused.add('Bearer ada-1')
      await expect(adas.me()).rejects.toMatchObject(changed)
      await expect(adas.call('POST', '/auth/logout-all')).rejects.toMatchObject(changed)
      const others = browser.harness.calls
        .map(({ token }) => token)
        .filter((token) => token !== null)
      expect(new Set(others)).toEqual(new Set(['Bearer ada-1']))
    }
  })

  test('logs out with its own token and its user', async () => {
    const { browser, adas } = await twoTabs()
    await adas.logout()
    expect(browser.calls('/auth/logout')).toMatchObject([
      { body: { user_id: ada.id }, token: 'Bearer ada-1' },
    ])
    expect(await adas.getToken({ renew: true })).toBeNull()
    expect(browser.calls('/auth/refresh')).toEqual([])
  })

  test('continues with a later login of its own account', async () => {
    const browser = new Browser()
    const [one, other] = [browser.tab(), browser.tab()]
    await browser.logIn(one, ada)
    await browser.logIn(other, ada)
    expect(await one.getToken({ renew: true })).toBe('ada-3')
  })

  test('continues with a service of an older release, which does not name the user', async () => {
    const { browser, adas } = await twoTabs()
    browser.saysWhose = browser.compares = false
    browser.cookie = ada
    expect(await adas.getToken({ renew: true })).toBe('ada-3')
  })

  test('can log in to the other account', async () => {
    const { browser, adas } = await twoTabs()
    await browser.logIn(adas, bo)
    expect(await adas.getToken({ renew: true })).toMatch(/^bo-/)
  })
})

describe('a renewal that started earlier', () => {
  /** Holds the next renewal back. */
  function heldBack(browser: Browser) {
    const { promise, resolve } = Promise.withResolvers<void>()
    browser.harness.answer = (call) => {
      const answer = browser.answer(call)
      return answer && call.path === '/auth/refresh' ? promise.then(() => answer) : answer
    }
    return resolve
  }

  test('does not undo a logout', async () => {
    const browser = new Browser()
    const rest = browser.tab()
    await browser.logIn(rest, ada)
    const release = heldBack(browser)
    const renewed = rest.refresh()
    await settle()
    await rest.logout()
    release()
    expect(await renewed).toBe(false)
    browser.cookie = null
    expect(await rest.getToken({ renew: false })).toBeNull()
  })

  test('gives no token of an account that logged in meanwhile, and makes no call', async () => {
    const browser = new Browser()
    const rest = browser.tab()
    await browser.logIn(rest, ada)
    browser.refused.add('Bearer ada-1')
    const release = heldBack(browser)
    const tokenRequests = [rest.getToken({ renew: true }), rest.call('POST', '/auth/logout-all')]
    const refused = tokenRequests.map((call) => expect(call).rejects.toMatchObject(changed))
    await settle()
    await browser.logIn(rest, bo)
    release()
    await Promise.all(refused)
    expect(await rest.getToken({ renew: false })).toMatch(/^bo-/)
    expect(browser.calls('/auth/logout-all')).toHaveLength(1)
  })
})

describe('the chat in such a tab', () => {
  test('stops at the renewal of its token, with the reason', async () => {
    const { browser, adas } = await twoTabs()
    const chat = browser.chat(adas)
    await browser.harness.goOnline(chat)
    expect(chat.state.status).toBe('online')
    await browser.harness.clock.advance(hour - 60_000)
    expect(chat.state).toMatchObject({ status: 'stopped', stopped: 'account_changed' })
    expect(browser.harness.socket.sentData('authenticate')).toEqual([])
    expect(browser.harness.clock.waiting).toBe(0)
  })

  test('stops when its token is refused by the room', async () => {
    const { browser, adas } = await twoTabs()
    const chat = browser.chat(adas)
    await browser.harness.goOnline(chat)
    await browser.harness.drop(4401)
    expect(chat.state).toMatchObject({ status: 'stopped', stopped: 'account_changed' })
    expect(browser.harness.sockets).toHaveLength(1)
  })

  test('stops when a call is refused', async () => {
    const { browser, adas } = await twoTabs()
    const chat = browser.chat(adas)
    await browser.harness.goOnline(chat)
    browser.refused.add('Bearer ada-1')
    await expect(chat.edit('m1', 'Hello')).rejects.toMatchObject(changed)
    expect(chat.state.stopped).toBe('account_changed')
  })

  test('stops before it connects after a reload, and connects after a login', async () => {
    const { browser } = await twoTabs()
    const rest = browser.tab({ userId: ada.id })
    const chat = browser.chat(rest)
    await expect(chat.connect()).rejects.toMatchObject({ code: 'stopped' })
    expect(chat.state.stopped).toBe('account_changed')
    expect(browser.harness.sockets).toEqual([])
    await browser.logIn(rest, ada)
    await browser.harness.goOnline(chat)
    expect(chat.state.status).toBe('online')
  })

  test('keeps pending messages for its own user, and never sends them as the other', async () => {
    const storage = memoryStorage()
    const { browser } = await twoTabs()
    const chat = browser.chat(browser.tab({ userId: ada.id }), { user: ada, storage })
    chat.connect().catch(() => {})
    chat.send('of Ada')
    await settle()
    expect(chat.state.stopped).toBe('account_changed')
    expect([...storage.content.keys()]).toEqual([`chat.pending.${ada.id}`])

    // A room that admits the other user nevertheless.
    const misled = browser.chat(browser.tab(), { user: ada, storage })
    expect(misled.state.messages).toMatchObject([{ content: 'of Ada', user_id: ada.id }])
    misled.connect()
    await settle()
    const { socket } = browser.harness
    socket.open()
    const welcome = browser.harness.welcome({ user_id: bo.id, username: bo.username })
    socket.deliver(welcome, roster(bo), browser.harness.synced)
    await browser.harness.clock.advance(60_000)
    expect(browser.harness.socket.sentData('send_message')).toEqual([])
    misled.close()

    browser.cookie = ada
    const back = browser.chat(browser.tab({ userId: ada.id }), { user: ada, storage })
    await browser.harness.goOnline(back)
    expect(browser.harness.socket.sentData('send_message')).toMatchObject([{ content: 'of Ada' }])
  })
})

describe('a tab that is suspended while it renews', () => {
  test('delays another tab no longer than a request may take', async () => {
    const browser = new Browser()
    let wakeUp = async () => {}
    const platform = {
      ...browser.harness.platform,
      alone: <T>(_: string, run: () => Promise<T>) =>
        new Promise<T>((resolve, reject) => {
          wakeUp = async () => void (await run().then(resolve, reject))
        }),
    }
    const rest = browser.tab({ platform })
    await browser.logIn(rest, ada)
    const renewed = rest.refresh()
    await browser.harness.clock.advance(14_999)
    expect(browser.calls('/auth/refresh')).toEqual([])
    await browser.harness.clock.advance(1)
    expect(await renewed).toBe(true)
    await wakeUp()
    expect(browser.calls('/auth/refresh')).toHaveLength(1)
    expect(browser.harness.clock.waiting).toBe(0)
  })

  test('delays nothing where the environment has no locks', async () => {
    const browser = new Browser()
    const alone = () => Promise.reject(new Error('The request was denied.'))
    const rest = browser.tab({ platform: { ...browser.harness.platform, alone } })
    await browser.logIn(rest, ada)
    expect(await rest.refresh()).toBe(true)
    expect(browser.calls('/auth/refresh')).toHaveLength(1)
  })

  test('and a renewal that fails is tried once, and throws', async () => {
    const browser = new Browser()
    const rest = browser.tab()
    await browser.logIn(rest, ada)
    browser.harness.answer = () => problem(503, 'unavailable')
    await expect(rest.refresh()).rejects.toMatchObject({ code: 'unavailable' })
    expect(browser.calls('/auth/refresh')).toHaveLength(1)
  })
})
