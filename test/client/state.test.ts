import { describe, expect, test } from 'vitest'
import type { ChatEvents } from '../../src/client/events.ts'
import { ada, bo, Harness, person, roster, settle, unhandledDuring } from './harness.ts'
import { lasting, restricted } from './moderation-frames.ts'

const cy = { id: '2d5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f33', username: 'Cy' }
const typing = (harness: Harness) => harness.state.typing.map(({ username }) => username)
const online = (harness: Harness) => harness.state.online.map(({ username }) => username)

async function entered(): Promise<Harness> {
  const harness = new Harness()
  harness.room.post('one')
  await harness.goOnline()
  return harness
}

describe('the state', () => {
  test('is the same object until something changes, and so are its parts', async () => {
    const harness = await entered()
    const { client } = harness
    const before = client.state
    expect(client.getSnapshot()).toBe(before)
    await harness.clock.advance(30_000)
    expect(client.state).toBe(before)
    await harness.deliver({ event: 'user_joined', data: person(bo) })
    expect(client.state).not.toBe(before)
    expect(client.state.messages).toBe(before.messages)
    expect(client.state.typing).toBe(before.typing)
  })

  test('stays the same object with a pending message', async () => {
    const harness = await entered()
    harness.client.send('two')
    const before = harness.state
    expect(before.messages).toHaveLength(2)
    harness.socket.deliverText('{"event":"pong","data":{}}')
    expect(harness.state).toBe(before)
  })

  test('keeps its entries over a reconnect', async () => {
    const harness = await entered()
    harness.client.send('two')
    const before = harness.state.messages
    await harness.reconnect()
    expect(harness.state.messages.length).toBe(2)
    for (const [at, message] of harness.state.messages.entries()) expect(message).toBe(before[at])
  })

  test('is immutable', async () => {
    const harness = await entered()
    const before = harness.state
    await harness.deliver(harness.room.post('two'))
    harness.client.send('three')
    expect(before.messages.map(({ content }) => content)).toEqual(['one'])
  })

  test('is reported once for all changes of one moment, and only when it changed', async () => {
    const harness = await entered()
    let emitted = 0
    const end = harness.client.subscribe(() => emitted++)
    harness.socket.deliver(harness.room.post('two'), harness.room.post('three'), roster(ada, bo))
    harness.socket.deliver(harness.room.post('four'))
    await settle()
    expect(emitted).toBe(1)
    await harness.clock.advance(60_000)
    expect(emitted).toBe(1)
    end()
    await harness.deliver(harness.room.post('five'))
    expect(emitted).toBe(1)
  })

  test('does not copy ten thousand messages for each frame', async () => {
    const harness = await entered()
    for (let n = 0; n < 5_000; n++) {
      const frames = [harness.room.post(`a${n}`), harness.room.post(`b${n}`)]
      harness.socket.deliver(...frames)
    }
    let copies = 0
    const slice = Array.prototype.slice
    Array.prototype.slice = function (this: unknown[], ...range) {
      if (this.length > 9_000) copies++
      return slice.apply(this, range)
    }
    harness.socket.deliver(...Array.from({ length: 200 }, (_, n) => harness.room.post(`c${n}`)))
    await settle()
    const { length } = harness.state.messages
    Array.prototype.slice = slice
    expect(length).toBe(10_201)
    expect(copies).toBe(1)
  })

  test('has the limits and the user of the welcome', async () => {
    const harness = new Harness()
    expect(harness.state).toMatchObject({
      status: 'idle',
      loaded: false,
      user: null,
      retryAt: null,
    })
    harness.client.connect()
    await settle()
    expect(harness.state.loaded).toBe(true)
    harness.socket.open()
    await harness.deliver(harness.welcome({ max_content: 500 }), harness.synced)
    expect(harness.state).toMatchObject({ maxContent: 500, user: ada })
  })
})

describe('a listener', () => {
  test('that throws disturbs neither the client nor other listeners', async () => {
    const harness = await entered()
    const received: string[] = []
    harness.client.on('message', () => {
      throw new Error('mine')
    })
    harness.client.on('message', ({ content }) => received.push(content))
    const thrown = await unhandledDuring(async () => {
      await harness.deliver(harness.room.post('two'))
      await harness.deliver(harness.room.post('three'))
    })
    expect(received).toEqual(['two', 'three'])
    expect(thrown).toHaveLength(2)
  })

  test('sees the state after its event', async () => {
    const harness = await entered()
    const seen: string[][] = []
    harness.client.on('message', () => seen.push(harness.texts))
    await harness.deliver(harness.room.post('two'))
    expect(seen).toEqual([['one', 'two']])
  })

  test('that is registered twice is unsubscribed separately', async () => {
    const harness = await entered()
    let emitted = 0
    const listener = () => emitted++
    const [one] = [harness.client.on('message', listener), harness.client.on('message', listener)]
    await harness.deliver(harness.room.post('two'))
    expect(emitted).toBe(2)
    one?.()
    await harness.deliver(harness.room.post('three'))
    expect(emitted).toBe(3)
  })
})

describe('presence', () => {
  test('is counted and listed as the room reports it', async () => {
    const harness = await entered()
    const events: ChatEvents['presence'][] = []
    harness.client.on('presence', (emitted) => events.push(emitted))
    await harness.deliver({ event: 'users_online', data: { count: 200, users: [ada, bo] } })
    await harness.deliver({ event: 'user_joined', data: person(cy) })
    expect([harness.state.onlineCount, ...online(harness)]).toEqual([201, 'Ada', 'Bo', 'Cy'])
    await harness.deliver({ event: 'user_left', data: person(bo) })
    expect([harness.state.onlineCount, ...online(harness)]).toEqual([200, 'Ada', 'Cy'])
    expect(events).toEqual([
      { count: 200, joined: null, left: null },
      { count: 201, joined: cy, left: null },
      { count: 200, joined: null, left: bo },
    ])
  })

  test('counts no user twice, and ignores the own user', async () => {
    const harness = await entered()
    await harness.deliver(roster(ada, bo))
    for (const member of [ada, bo])
      await harness.deliver({ event: 'user_joined', data: person(member) })
    await harness.deliver({ event: 'user_left', data: person(ada) })
    expect([harness.state.onlineCount, ...online(harness)]).toEqual([2, 'Ada', 'Bo'])
    // The latest hundred users need not include the client's own.
    await harness.deliver({ event: 'users_online', data: { count: 200, users: [bo] } })
    await harness.deliver({ event: 'user_joined', data: person(ada) })
    expect(harness.state.onlineCount).toBe(200)
  })

  test('is loaded in full by `online`', async () => {
    const harness = await entered()
    harness.answer = ({ path }) =>
      path === '/users/online' ? { status: 200, body: [ada] } : undefined
    expect(await harness.client.online()).toEqual([ada])
  })
})

describe('typing', () => {
  const types = (member = bo) => ({ event: 'user_typing' as const, data: person(member) })

  test('of others is shown for five seconds after the last event', async () => {
    const harness = await entered()
    await harness.deliver(types())
    await harness.clock.advance(3_000)
    await harness.deliver(types())
    await harness.clock.advance(4_999)
    expect(typing(harness)).toEqual(['Bo'])
    await harness.clock.advance(1)
    expect(typing(harness)).toEqual([])
  })

  test('ends with a message, and when the user leaves', async () => {
    const harness = await entered()
    await harness.deliver(types(bo), types(cy))
    expect(typing(harness)).toEqual(['Bo', 'Cy'])
    await harness.deliver(harness.room.post('said', bo))
    expect(typing(harness)).toEqual(['Cy'])
    await harness.deliver({ event: 'user_left', data: person(cy) })
    expect(typing(harness)).toEqual([])
  })

  test('of the own user is ignored, and of others ends with the connection', async () => {
    const harness = await entered()
    await harness.deliver(types(ada))
    expect(typing(harness)).toEqual([])
    await harness.deliver(types())
    harness.socket.drop()
    expect(typing(harness)).toEqual([])
  })

  test('is emitted when a user starts or stops, not for each event', async () => {
    const harness = await entered()
    const emitted: number[] = []
    harness.client.on('typing', (who) => emitted.push(who.length))
    await harness.deliver(harness.room.post('said without typing', bo))
    await harness.deliver(types(), types(), types())
    await harness.clock.advance(5_000)
    expect(emitted).toEqual([1, 0])
  })

  test('is not sent while the user is muted', async () => {
    const harness = await entered()
    await harness.deliver(restricted(ada, { mute: lasting(harness, 60_000) }))
    harness.client.typing()
    expect(harness.socket.sentData('typing')).toEqual([])
    await harness.clock.advance(60_000)
    harness.client.typing()
    expect(harness.socket.sentData('typing')).toHaveLength(1)
  })

  test('is sent at most every two seconds, and only while online', async () => {
    const harness = await entered()
    for (let n = 0; n < 5; n++) harness.client.typing()
    expect(harness.socket.sentData('typing')).toHaveLength(1)
    await harness.clock.advance(1_999)
    harness.client.typing()
    expect(harness.socket.sentData('typing')).toHaveLength(1)
    await harness.clock.advance(1)
    harness.client.typing()
    expect(harness.socket.sentData('typing')).toHaveLength(2)
    await harness.dropAndRetry()
    await harness.clock.advance(2_000)
    harness.client.typing()
    expect(harness.socket.sentData('typing')).toEqual([])
  })
})

test('an erased account loses its name in the list', async () => {
  const harness = await entered()
  const data = { user_id: bo.id, username: 'deleted user', messages: 'keep' as const }
  await harness.deliver({ event: 'user_erased', data, seq: ++harness.room.seq })
  expect(harness.state.messages.map(({ username }) => username)).toEqual(['deleted user'])
  expect(harness.state.status).toBe('online')
})
