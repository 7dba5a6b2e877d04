import { describe, expect, test } from 'vitest'
import { ChatClient } from '../../src/client/chat-client.ts'
import { ChatRest } from '../../src/client/rest.ts'
import { ada, bo, roster, Scene, settle } from './scene.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** What a device's clock is set by. */
const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * second, seconds * second])

const iso = (ms: number) => new Date(ms).toISOString()
const sentTexts = (scene: Scene) => scene.socket.said('send_message').map(({ content }) => content)

/** The room accepts what was sent last, and tells everyone. */
async function accept(scene: Scene): Promise<void> {
  const { content = '', client_id } = scene.socket.said('send_message').at(-1) ?? {}
  await scene.tell(scene.room.say(content, ada, client_id))
}

async function refuse(scene: Scene, retry_after_ms: number): Promise<void> {
  const { client_id } = scene.socket.said('send_message').at(-1) ?? {}
  const data = { message: 'No.', code: 'rate_limited' as const, client_id, retry_after_ms }
  await scene.tell({ event: 'error', data })
}

/** How long a page says that it takes. */
const until = (scene: Scene, at: number | null) => (at === null ? 0 : at - scene.clock.now)

describe.each(steps)('where the device’s clock is set by %i ms', (step) => {
  test('a full window makes nobody wait longer than the window is', async () => {
    const scene = new Scene()
    await scene.enter()
    for (let n = 1; n <= 7; n++) scene.client.send(`${n}`)
    for (let n = 1; n <= 5; n++) await accept(scene)
    await scene.clock.pass(2 * second)
    scene.clock.step(step)
    expect(until(scene, scene.state.sendPausedUntil)).toBeLessThanOrEqual(5 * second)
    await scene.tell(scene.room.say('another'))
    expect(until(scene, scene.state.sendPausedUntil)).toBeLessThanOrEqual(5 * second)
    await scene.clock.pass(5 * second)
    expect(sentTexts(scene)).toEqual(['1', '2', '3', '4', '5', '6'])
    await accept(scene)
    expect(sentTexts(scene)).toHaveLength(7)
    expect(scene.state.sendPausedUntil).toBeNull()
  })

  test('a pause that nothing disturbs ends when it would have', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.client.send('one')
    await refuse(scene, 4_000)
    await scene.clock.pass(3_000)
    scene.clock.step(step)
    await scene.clock.pass(1_000)
    expect(sentTexts(scene)).toEqual(['one', 'one'])
  })

  test('a pause is never longer than the room asked for, whatever is said meanwhile', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.client.send('one')
    await refuse(scene, 4_000)
    await scene.clock.pass(3_000)
    scene.clock.step(step)
    scene.client.send('two')
    expect(until(scene, scene.state.sendPausedUntil)).toBeLessThanOrEqual(1_000)
    await scene.clock.pass(500)
    scene.clock.step(-step)
    scene.client.send('three')
    await scene.clock.pass(500)
    expect(sentTexts(scene)).toContain('one')
    expect(sentTexts(scene).length).toBeGreaterThanOrEqual(2)
  })

  test('a full window is never longer than it is, whatever is said meanwhile', async () => {
    const scene = new Scene()
    await scene.enter()
    for (let n = 1; n <= 6; n++) scene.client.send(`${n}`)
    for (let n = 1; n <= 5; n++) await accept(scene)
    await scene.clock.pass(4_000)
    scene.clock.step(step)
    scene.client.send('7')
    await scene.clock.pass(1_000)
    expect(sentTexts(scene)).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  test('a pause that begins later is shown as long as it is', async () => {
    const scene = new Scene()
    await scene.enter()
    await scene.clock.pass(second)
    scene.clock.step(step)
    scene.client.send('one')
    await refuse(scene, 4_000)
    expect(until(scene, scene.state.sendPausedUntil)).toBe(4_000)
    await scene.clock.pass(3_999)
    expect(sentTexts(scene)).toEqual(['one'])
    await scene.clock.pass(1)
    expect(sentTexts(scene)).toEqual(['one', 'one'])
  })

  test('a message that the room says nothing of is said again within 20 s', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.client.send('one')
    await scene.clock.pass(5 * second)
    scene.clock.step(step)
    await scene.tell(scene.room.say('another'))
    scene.client.send('two')
    await scene.clock.pass(20 * second)
    expect(sentTexts(scene).slice(0, 2)).toEqual(['one', 'one'])
  })

  test('the wait for the next attempt to connect is as long as it is said to be', async () => {
    const scene = new Scene()
    scene.random = 0.5
    await scene.enter()
    scene.clock.step(step)
    scene.socket.drop()
    await settle()
    expect(until(scene, scene.state.retryAt)).toBe(250)
    scene.clock.step(-step)
    expect(until(scene, scene.state.retryAt)).toBeLessThanOrEqual(250)
    await scene.clock.pass(250)
    expect(scene.sockets).toHaveLength(2)
  })

  test('typing is passed on again after two seconds', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.client.typing()
    scene.clock.step(step)
    await scene.clock.pass(2 * second)
    scene.client.typing()
    expect(scene.socket.said('typing')).toHaveLength(2)
  })

  test('the token of a socket is renewed before its end', async () => {
    const scene = new Scene()
    await scene.enter()
    await scene.tell({
      event: 'authenticated',
      data: { token_expires_at: iso(scene.clock.now + 30 * minute) },
    })
    scene.clock.step(step)
    scene.token = 't1'
    await scene.clock.pass(29 * minute)
    expect(scene.socket.said('authenticate').at(-1)).toEqual({ token: 't1' })
  })

  test('a token that the room gives after that is renewed before its end, too', async () => {
    const scene = new Scene()
    await scene.enter()
    const roomNow = scene.clock.now
    scene.clock.step(step)
    await scene.tell({
      event: 'authenticated',
      data: { token_expires_at: iso(roomNow + 30 * minute) },
    })
    expect(scene.socket.said('authenticate')).toEqual([])
    scene.token = 't1'
    await scene.clock.pass(29 * minute)
    expect(scene.socket.said('authenticate').at(-1)).toEqual({ token: 't1' })
  })

  test('the token of calls is renewed before its end', async () => {
    const scene = new Scene()
    let given = 0
    scene.answer = () => ({
      status: 200,
      body: { access_token: `t${++given}`, expires_in: 3_600, refresh_token: `r${given}` },
    })
    const rest = new ChatRest({ url: 'https://chat.test/', platform: scene.platform })
    await rest.login({ email: 'ada@example.com', password: 'a long password' })
    await scene.clock.pass(10 * minute)
    expect(await rest.getToken({ renew: false })).toBe('t1')
    scene.clock.step(step)
    await rest.getToken({ renew: false })
    for (let passed = 0; passed < 49; passed++) {
      await scene.clock.pass(minute)
      await rest.getToken({ renew: false })
    }
    await scene.clock.pass(minute)
    expect(await rest.getToken({ renew: false })).not.toBe('t1')
  })
})

describe.each(steps)('after a reload, with the clock set by %i ms meanwhile', (step) => {
  function storageOf(kept: Map<string, string>) {
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
  }

  async function leftBehind(...texts: string[]): Promise<Map<string, string>> {
    const kept = new Map<string, string>()
    const scene = new Scene({ storage: storageOf(kept) })
    await scene.enter()
    for (const text of texts) scene.client.send(text)
    scene.client.close()
    return kept
  }

  async function reloaded(kept: Map<string, string>, after: number): Promise<Scene> {
    const scene = new Scene({ storage: storageOf(kept) })
    scene.clock.step(after)
    await scene.enter()
    return scene
  }

  test('pending messages go out at once, in order', async () => {
    const scene = await reloaded(await leftBehind('one', 'two'), step)
    await accept(scene)
    expect(sentTexts(scene)).toEqual(['one', 'two'])
  })

  test('one is sent for 22 hours at least, and never after 24', async () => {
    const kept = await leftBehind('one')
    const within = await reloaded(new Map(kept), step + 22 * hour)
    expect(sentTexts(within)).toEqual(['one'])
    const late = await reloaded(kept, step + 24 * hour + 1)
    expect(late.state.messages[0]).toMatchObject({ problem: { code: 'outdated' } })
    expect(sentTexts(late)).toEqual([])
  })
})

test('a message of a clock that was days ahead waits for a person', async () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
  const ahead = new Scene({ storage })
  ahead.clock.step(72 * hour)
  await ahead.enter()
  ahead.client.send('one')
  const scene = new Scene({ storage })
  await scene.enter()
  expect(scene.state.messages[0]).toMatchObject({ problem: { code: 'outdated' } })
  expect(sentTexts(scene)).toEqual([])
})

test('the state stays the same object while the two clocks differ by a rounding', async () => {
  const scene = new Scene()
  const { platform } = scene
  const client = new ChatClient({
    url: 'https://chat.test',
    getToken: () => 't0',
    platform: { ...platform, now: () => Math.floor(platform.now() / 50) * 50 },
  })
  client.connect()
  await settle()
  scene.socket.drop()
  await settle()
  const { state } = client
  expect(state.retryAt).not.toBeNull()
  for (let n = 0; n < 20; n++) {
    await scene.clock.pass(7)
    expect(client.state).toBe(state)
  }
})

test('who is said to type stops after five seconds, wherever the clock goes', async () => {
  const scene = new Scene()
  await scene.enter()
  await scene.tell(roster(ada, bo))
  await scene.tell({
    event: 'user_typing',
    data: { user_id: bo.id, username: bo.username },
  })
  scene.clock.step(-hour)
  await scene.clock.pass(5 * second)
  expect(scene.state.typing).toEqual([])
})
