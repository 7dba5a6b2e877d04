import { describe, expect, test } from 'vitest'
import { ChatClient } from '../../src/client/chat-client.ts'
import { ChatRest } from '../../src/client/rest.ts'
import { ada, bo, Harness, leftBehind, memoryStorage, reloaded, roster, settle } from './harness.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** Steps of the device's clock. */
const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * second, seconds * second])

const iso = (ms: number) => new Date(ms).toISOString()

/** The countdown that a page shows. */
const until = (harness: Harness, at: number | null) => (at === null ? 0 : at - harness.clock.now)

describe.each(steps)('after a step of the device’s clock by %i ms', (step) => {
  test('a full rate window makes messages wait for at most its length', async () => {
    const harness = await Harness.online()
    for (let n = 1; n <= 7; n++) harness.client.send(`${n}`)
    for (let n = 1; n <= 5; n++) await harness.accept()
    await harness.clock.advance(2 * second)
    harness.clock.shift(step)
    expect(until(harness, harness.state.sendPausedUntil)).toBeLessThanOrEqual(5 * second)
    await harness.deliver(harness.room.post('another'))
    expect(until(harness, harness.state.sendPausedUntil)).toBeLessThanOrEqual(5 * second)
    await harness.clock.advance(5 * second)
    expect(harness.sentTexts).toEqual(['1', '2', '3', '4', '5', '6'])
    await harness.accept()
    expect(harness.sentTexts).toHaveLength(7)
    expect(harness.state.sendPausedUntil).toBeNull()
  })

  test('a pause ends on time', async () => {
    const harness = await Harness.online()
    harness.client.send('one')
    await harness.refuse({ retry_after_ms: 4_000 })
    await harness.clock.advance(3_000)
    harness.clock.shift(step)
    await harness.clock.advance(1_000)
    expect(harness.sentTexts).toEqual(['one', 'one'])
  })

  test('a pause is never longer than the room asked for, also after more messages', async () => {
    const harness = await Harness.online()
    harness.client.send('one')
    await harness.refuse({ retry_after_ms: 4_000 })
    await harness.clock.advance(3_000)
    harness.clock.shift(step)
    harness.client.send('two')
    expect(until(harness, harness.state.sendPausedUntil)).toBeLessThanOrEqual(1_000)
    await harness.clock.advance(500)
    harness.clock.shift(-step)
    harness.client.send('three')
    await harness.clock.advance(500)
    expect(harness.sentTexts).toContain('one')
    expect(harness.sentTexts.length).toBeGreaterThanOrEqual(2)
  })

  test('a full rate window is never longer, also after more messages', async () => {
    const harness = await Harness.online()
    for (let n = 1; n <= 6; n++) harness.client.send(`${n}`)
    for (let n = 1; n <= 5; n++) await harness.accept()
    await harness.clock.advance(4_000)
    harness.clock.shift(step)
    harness.client.send('7')
    await harness.clock.advance(1_000)
    expect(harness.sentTexts).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  test('a later pause is shown with its length', async () => {
    const harness = await Harness.online()
    await harness.clock.advance(second)
    harness.clock.shift(step)
    harness.client.send('one')
    await harness.refuse({ retry_after_ms: 4_000 })
    expect(until(harness, harness.state.sendPausedUntil)).toBe(4_000)
    await harness.clock.advance(3_999)
    expect(harness.sentTexts).toEqual(['one'])
    await harness.clock.advance(1)
    expect(harness.sentTexts).toEqual(['one', 'one'])
  })

  test('a message without an answer is sent again within 20 s', async () => {
    const harness = await Harness.online()
    harness.client.send('one')
    await harness.clock.advance(5 * second)
    harness.clock.shift(step)
    await harness.deliver(harness.room.post('another'))
    harness.client.send('two')
    await harness.clock.advance(20 * second)
    expect(harness.sentTexts.slice(0, 2)).toEqual(['one', 'one'])
  })

  test('the wait for the next attempt is as long as the state says', async () => {
    const harness = new Harness()
    harness.random = 0.5
    await harness.goOnline()
    harness.clock.shift(step)
    await harness.drop()
    expect(until(harness, harness.state.retryAt)).toBe(250)
    harness.clock.shift(-step)
    expect(until(harness, harness.state.retryAt)).toBeLessThanOrEqual(250)
    await harness.clock.advance(250)
    expect(harness.sockets).toHaveLength(2)
  })

  test('typing is sent again after two seconds', async () => {
    const harness = await Harness.online()
    harness.client.typing()
    harness.clock.shift(step)
    await harness.clock.advance(2 * second)
    harness.client.typing()
    expect(harness.socket.sentData('typing')).toHaveLength(2)
  })

  test('the token of a socket is renewed before it expires', async () => {
    const harness = await Harness.online()
    await harness.deliver({
      event: 'authenticated',
      data: { token_expires_at: iso(harness.clock.now + 30 * minute) },
    })
    harness.clock.shift(step)
    harness.token = 't1'
    await harness.clock.advance(29 * minute)
    expect(harness.socket.sentData('authenticate').at(-1)).toEqual({ token: 't1' })
  })

  test('a later token of the socket is renewed before it expires, too', async () => {
    const harness = await Harness.online()
    const roomNow = harness.clock.now
    harness.clock.shift(step)
    await harness.deliver({
      event: 'authenticated',
      data: { token_expires_at: iso(roomNow + 30 * minute) },
    })
    expect(harness.socket.sentData('authenticate')).toEqual([])
    harness.token = 't1'
    await harness.clock.advance(29 * minute)
    expect(harness.socket.sentData('authenticate').at(-1)).toEqual({ token: 't1' })
  })

  test('the token of REST calls is renewed before it expires', async () => {
    const harness = new Harness()
    let given = 0
    harness.answer = () => ({
      status: 200,
      body: { access_token: `t${++given}`, expires_in: 3_600, refresh_token: `r${given}` },
    })
    const rest = new ChatRest({ url: 'https://chat.test/', platform: harness.platform })
    await rest.login({ email: 'ada@example.com', password: 'a long password' })
    await harness.clock.advance(10 * minute)
    expect(await rest.getToken({ renew: false })).toBe('t1')
    harness.clock.shift(step)
    await rest.getToken({ renew: false })
    for (let passed = 0; passed < 49; passed++) {
      await harness.clock.advance(minute)
      await rest.getToken({ renew: false })
    }
    await harness.clock.advance(minute)
    expect(await rest.getToken({ renew: false })).not.toBe('t1')
  })
})

describe.each(steps)('after a reload with a clock step of %i ms', (step) => {
  test('pending messages are sent at once, in order', async () => {
    const [kept] = await leftBehind('one', 'two')
    const harness = await reloaded(kept, step)
    await harness.accept()
    expect(harness.sentTexts).toEqual(['one', 'two'])
  })

  test('a pending message is sent for at least 22 hours, and never after 24', async () => {
    const [kept] = await leftBehind('one')
    const within = await reloaded(new Map(kept), step + 22 * hour)
    expect(within.sentTexts).toEqual(['one'])
    const late = await reloaded(kept, step + 24 * hour + 1)
    expect(late.state.messages[0]).toMatchObject({ problem: { code: 'outdated' } })
    expect(late.sentTexts).toEqual([])
  })
})

test('a message from a clock that was days ahead is not sent automatically', async () => {
  const storage = memoryStorage()
  const ahead = new Harness({ storage })
  ahead.clock.shift(72 * hour)
  await ahead.goOnline()
  ahead.client.send('one')
  const harness = await Harness.online({ storage })
  expect(harness.state.messages[0]).toMatchObject({ problem: { code: 'outdated' } })
  expect(harness.sentTexts).toEqual([])
})

test('the state stays the same object when the two clocks round differently', async () => {
  const harness = new Harness()
  const { platform } = harness
  const client = new ChatClient({
    url: 'https://chat.test',
    getToken: () => 't0',
    platform: { ...platform, now: () => Math.floor(platform.now() / 50) * 50 },
  })
  client.connect()
  await settle()
  await harness.drop()
  const { state } = client
  expect(state.retryAt).not.toBeNull()
  for (let n = 0; n < 20; n++) {
    await harness.clock.advance(7)
    expect(client.state).toBe(state)
  }
})

test('typing ends after five seconds, whatever the clock does', async () => {
  const harness = await Harness.online()
  await harness.deliver(roster(ada, bo))
  await harness.deliver({
    event: 'user_typing',
    data: { user_id: bo.id, username: bo.username },
  })
  harness.clock.shift(-hour)
  await harness.clock.advance(5 * second)
  expect(harness.state.typing).toEqual([])
})
