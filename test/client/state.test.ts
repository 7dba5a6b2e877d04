import { describe, expect, test } from 'vitest'
import type { ChatEvents } from '../../src/client/events.ts'
import { ada, bo, person, roster, Scene, settle } from './scene.ts'

const cy = { id: '2d5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f33', username: 'Cy' }
const typing = (scene: Scene) => scene.state.typing.map(({ username }) => username)
const online = (scene: Scene) => scene.state.online.map(({ username }) => username)

async function entered(): Promise<Scene> {
  const scene = new Scene()
  scene.room.say('one')
  await scene.enter()
  return scene
}

describe('the state', () => {
  test('is the same object until something changes, and so are its parts', async () => {
    const scene = await entered()
    const { client } = scene
    const before = client.state
    expect(client.getSnapshot()).toBe(before)
    await scene.clock.pass(30_000)
    expect(client.state).toBe(before)
    await scene.tell({ event: 'user_joined', data: person(bo) })
    expect(client.state).not.toBe(before)
    expect(client.state.messages).toBe(before.messages)
    expect(client.state.typing).toBe(before.typing)
  })

  test('stays the same with a pending message too', async () => {
    const scene = await entered()
    scene.client.send('two')
    const before = scene.state
    expect(before.messages).toHaveLength(2)
    scene.socket.tellRaw('{"event":"pong","data":{}}')
    expect(scene.state).toBe(before)
  })

  test('keeps its entries over a reconnect', async () => {
    const scene = await entered()
    scene.client.send('two')
    const before = scene.state.messages
    await scene.dropAndRetry()
    await scene.admit()
    expect(scene.state.messages.length).toBe(2)
    for (const [at, message] of scene.state.messages.entries()) expect(message).toBe(before[at])
  })

  test('of before stays as it was', async () => {
    const scene = await entered()
    const before = scene.state
    await scene.tell(scene.room.say('two'))
    scene.client.send('three')
    expect(before.messages.map(({ content }) => content)).toEqual(['one'])
  })

  test('is told of once for all that came together, and only when it changed', async () => {
    const scene = await entered()
    let told = 0
    const end = scene.client.subscribe(() => told++)
    scene.socket.tell(scene.room.say('two'), scene.room.say('three'), roster(ada, bo))
    scene.socket.tell(scene.room.say('four'))
    await settle()
    expect(told).toBe(1)
    await scene.clock.pass(60_000)
    expect(told).toBe(1)
    end()
    await scene.tell(scene.room.say('five'))
    expect(told).toBe(1)
  })

  test('with ten thousand messages is not copied for each frame', async () => {
    const scene = await entered()
    for (let n = 0; n < 5_000; n++) {
      const frames = [scene.room.say(`a${n}`), scene.room.say(`b${n}`)]
      scene.socket.tell(...frames)
    }
    let copies = 0
    const slice = Array.prototype.slice
    Array.prototype.slice = function (this: unknown[], ...range) {
      if (this.length > 9_000) copies++
      return slice.apply(this, range)
    }
    scene.socket.tell(...Array.from({ length: 200 }, (_, n) => scene.room.say(`c${n}`)))
    await settle()
    const { length } = scene.state.messages
    Array.prototype.slice = slice
    expect(length).toBe(10_201)
    expect(copies).toBe(1)
  })

  test('says what the room says of itself', async () => {
    const scene = new Scene()
    expect(scene.state).toMatchObject({ status: 'idle', loaded: false, user: null, retryAt: null })
    scene.client.connect()
    await settle()
    expect(scene.state.loaded).toBe(true)
    scene.socket.open()
    await scene.tell(scene.welcome({ max_content: 500 }), scene.synced)
    expect(scene.state).toMatchObject({ maxContent: 500, user: ada })
  })
})

describe('a listener', () => {
  test('that throws disturbs neither the client nor the others', async () => {
    const scene = await entered()
    const thrown: unknown[] = []
    const listen = (reason: unknown) => thrown.push(reason)
    process.on('unhandledRejection', listen)
    const heard: string[] = []
    scene.client.on('message', () => {
      throw new Error('mine')
    })
    scene.client.on('message', ({ content }) => heard.push(content))
    await scene.tell(scene.room.say('two'))
    await scene.tell(scene.room.say('three'))
    await settle()
    process.off('unhandledRejection', listen)
    expect(heard).toEqual(['two', 'three'])
    expect(thrown).toHaveLength(2)
  })

  test('sees the state in which its event has happened', async () => {
    const scene = await entered()
    const seen: string[][] = []
    scene.client.on('message', () => seen.push(scene.texts))
    await scene.tell(scene.room.say('two'))
    expect(seen).toEqual([['one', 'two']])
  })

  test('that is added twice is ended one by one', async () => {
    const scene = await entered()
    let told = 0
    const listener = () => told++
    const [one] = [scene.client.on('message', listener), scene.client.on('message', listener)]
    await scene.tell(scene.room.say('two'))
    expect(told).toBe(2)
    one?.()
    await scene.tell(scene.room.say('three'))
    expect(told).toBe(3)
  })
})

describe('who is online', () => {
  test('is told by the room, counted and listed', async () => {
    const scene = await entered()
    const events: ChatEvents['presence'][] = []
    scene.client.on('presence', (told) => events.push(told))
    await scene.tell({ event: 'users_online', data: { count: 200, users: [ada, bo] } })
    await scene.tell({ event: 'user_joined', data: person(cy) })
    expect([scene.state.onlineCount, ...online(scene)]).toEqual([201, 'Ada', 'Bo', 'Cy'])
    await scene.tell({ event: 'user_left', data: person(bo) })
    expect([scene.state.onlineCount, ...online(scene)]).toEqual([200, 'Ada', 'Cy'])
    expect(events).toEqual([
      { count: 200, joined: null, left: null },
      { count: 201, joined: cy, left: null },
      { count: 200, joined: null, left: bo },
    ])
  })

  test('counts nobody twice, and hears nothing of itself', async () => {
    const scene = await entered()
    await scene.tell(roster(ada, bo))
    for (const member of [ada, bo]) await scene.tell({ event: 'user_joined', data: person(member) })
    await scene.tell({ event: 'user_left', data: person(ada) })
    expect([scene.state.onlineCount, ...online(scene)]).toEqual([2, 'Ada', 'Bo'])
    // Among the latest hundred it need not be itself.
    await scene.tell({ event: 'users_online', data: { count: 200, users: [bo] } })
    await scene.tell({ event: 'user_joined', data: person(ada) })
    expect(scene.state.onlineCount).toBe(200)
  })

  test('is there in full for who asks', async () => {
    const scene = await entered()
    scene.answer = ({ path }) =>
      path === '/users/online' ? { status: 200, body: [ada] } : undefined
    expect(await scene.client.online()).toEqual([ada])
  })
})

describe('typing', () => {
  const types = (member = bo) => ({ event: 'user_typing' as const, data: person(member) })

  test('of others shows for five seconds after the last sign of it', async () => {
    const scene = await entered()
    await scene.tell(types())
    await scene.clock.pass(3_000)
    await scene.tell(types())
    await scene.clock.pass(4_999)
    expect(typing(scene)).toEqual(['Bo'])
    await scene.clock.pass(1)
    expect(typing(scene)).toEqual([])
  })

  test('ends with what they said, and when they leave', async () => {
    const scene = await entered()
    await scene.tell(types(bo), types(cy))
    expect(typing(scene)).toEqual(['Bo', 'Cy'])
    await scene.tell(scene.room.say('said', bo))
    expect(typing(scene)).toEqual(['Cy'])
    await scene.tell({ event: 'user_left', data: person(cy) })
    expect(typing(scene)).toEqual([])
  })

  test('of oneself is no news, and nobody types in a room that is gone', async () => {
    const scene = await entered()
    await scene.tell(types(ada))
    expect(typing(scene)).toEqual([])
    await scene.tell(types())
    scene.socket.drop()
    expect(typing(scene)).toEqual([])
  })

  test('is an event when someone starts or stops, not for each sign', async () => {
    const scene = await entered()
    const told: number[] = []
    scene.client.on('typing', (who) => told.push(who.length))
    await scene.tell(scene.room.say('said without typing', bo))
    await scene.tell(types(), types(), types())
    await scene.clock.pass(5_000)
    expect(told).toEqual([1, 0])
  })

  test('is told at most every two seconds, and to nobody while away', async () => {
    const scene = await entered()
    for (let n = 0; n < 5; n++) scene.client.typing()
    expect(scene.socket.said('typing')).toHaveLength(1)
    await scene.clock.pass(1_999)
    scene.client.typing()
    expect(scene.socket.said('typing')).toHaveLength(1)
    await scene.clock.pass(1)
    scene.client.typing()
    expect(scene.socket.said('typing')).toHaveLength(2)
    await scene.dropAndRetry()
    await scene.clock.pass(2_000)
    scene.client.typing()
    expect(scene.socket.said('typing')).toEqual([])
  })
})

test('the end of an account takes its name from the list', async () => {
  const scene = await entered()
  const data = { user_id: bo.id, username: 'deleted user', messages: 'keep' as const }
  await scene.tell({ event: 'user_erased', data, seq: ++scene.room.seq })
  expect(scene.state.messages.map(({ username }) => username)).toEqual(['deleted user'])
  expect(scene.state.status).toBe('online')
})
