import { describe, expect, test } from 'vitest'
import { bo, ping, pong, Scene, settle } from './scene.ts'

const KiB = 1024

const pings = (scene: Scene) => scene.socket.sent.filter((text) => text === ping).length

/** Has come in, and heard the first pong. */
async function silentScene(): Promise<Scene> {
  const scene = new Scene()
  await scene.enter()
  scene.socket.answersPings = false
  scene.socket.sent.length = 0
  return scene
}

/** A frame of exactly so many bytes, with more bytes than characters. */
function traffic(bytes: number): string {
  const frame = (text: string) => JSON.stringify({ event: 'unknown', data: { text } })
  const spare = bytes - frame('é'.repeat(100)).length - 100
  return frame('é'.repeat(100) + 'x'.repeat(spare))
}

describe('the heartbeat', () => {
  test('begins as soon as the socket is in, and goes on after that pong', async () => {
    const scene = new Scene()
    scene.client.connect()
    await settle()
    scene.socket.open()
    scene.socket.answersPings = false
    scene.socket.tell(scene.welcome())
    expect(pings(scene)).toBe(0)
    scene.socket.tell(scene.synced)
    expect(pings(scene)).toBe(1)
    await scene.clock.pass(9_000)
    scene.socket.tellRaw(pong)
    await scene.clock.pass(29_999)
    expect(pings(scene)).toBe(1)
    await scene.clock.pass(1)
    expect(pings(scene)).toBe(2)
  })

  test('begins so on every socket, with one ping, however long the replay', async () => {
    const scene = await silentScene()
    await scene.dropAndRetry()
    scene.room.say('x'.repeat(256 * KiB))
    await scene.admit(...scene.room.replay(0))
    expect(pings(scene)).toBe(1)
  })

  test('is the spelling that wakes nobody, as often as the room says', async () => {
    const scene = await silentScene()
    await scene.clock.pass(29_999)
    expect(pings(scene)).toBe(0)
    await scene.clock.pass(1)
    expect(pings(scene)).toBe(1)
    scene.socket.tellRaw(pong)
    await scene.clock.pass(30_000)
    expect(pings(scene)).toBe(2)
  })

  test('goes out when 256 KiB came since the last one', async () => {
    const scene = await silentScene()
    await scene.clock.pass(30_000)
    scene.socket.tellRaw(pong)
    scene.socket.tellRaw(traffic(256 * KiB - pong.length - 1))
    expect(pings(scene)).toBe(1)
    scene.socket.tellRaw(traffic(300))
    expect(pings(scene)).toBe(2)
  })

  test('waits for the last pong, whatever comes meanwhile', async () => {
    const scene = await silentScene()
    scene.socket.tellRaw(traffic(256 * KiB))
    for (let n = 0; n < 3; n++) scene.socket.tellRaw(traffic(256 * KiB))
    expect(pings(scene)).toBe(1)
    scene.socket.tellRaw(pong)
    expect(pings(scene)).toBe(2)
  })

  test('without a pong in 10 seconds means that the socket is dead', async () => {
    const scene = await silentScene()
    await scene.clock.pass(30_000 + 9_999)
    await scene.tell(scene.room.say('still talking'))
    expect(scene.state.status).toBe('online')
    await scene.clock.pass(1)
    expect(scene.state.status).toBe('reconnecting')
    expect(scene.sockets[0]?.closed).toBe(true)
    await scene.clock.pass(1_000)
    expect(scene.sockets).toHaveLength(2)
  })

  test('follows the interval of the welcome', async () => {
    const scene = new Scene()
    scene.client.connect()
    await settle()
    scene.socket.open()
    scene.socket.tell(scene.welcome({ heartbeat_ms: 7_000 }), scene.synced)
    await scene.clock.pass(21_000)
    expect(pings(scene)).toBe(1 + 3)
  })

  test('is asked for at once when the network or the person is back', async () => {
    const scene = await silentScene()
    scene.signal()
    expect(pings(scene)).toBe(1)
    scene.signal()
    expect(pings(scene)).toBe(1)
    await scene.clock.pass(10_000)
    expect(scene.state.status).toBe('reconnecting')
  })
})

describe('a socket that does not come in', () => {
  test('is given up after 10 seconds without a handshake', async () => {
    const scene = new Scene()
    scene.client.connect()
    await scene.clock.pass(9_999)
    expect(scene.socket.closed).toBe(false)
    await scene.clock.pass(1)
    expect(scene.socket.closed).toBe(true)
    await scene.clock.pass(1_000)
    expect(scene.sockets).toHaveLength(2)
  })

  test('has 30 seconds for the replay, which may be large', async () => {
    const scene = new Scene()
    scene.client.connect()
    await settle()
    scene.socket.open()
    await scene.clock.pass(29_999)
    expect(scene.socket.closed).toBe(false)
    await scene.clock.pass(1)
    expect(scene.socket.closed).toBe(true)
  })

  test('nor makes sense is given up', async () => {
    const scene = await silentScene()
    scene.socket.tellRaw('[{"event":')
    expect(scene.socket.closed).toBe(true)
    expect(scene.state.status).toBe('reconnecting')
  })
})

test('a socket that was given up is left alone', async () => {
  const scene = new Scene()
  scene.client.connect()
  await settle()
  const [first] = scene.sockets
  scene.client.close()
  first?.open()
  expect(scene.clock.waiting).toBe(0)

  const other = await silentScene()
  other.socket.drop()
  other.signal()
  expect(pings(other)).toBe(0)

  const flooded = await silentScene()
  const skipped = { ...flooded.room.say('x'.repeat(256 * KiB)), seq: 9 }
  await flooded.tell(skipped)
  expect([flooded.socket.closed, pings(flooded)]).toEqual([true, 0])
})

test('a socket that is not in yet is asked nothing', async () => {
  const scene = new Scene()
  scene.client.connect()
  await settle()
  scene.signal()
  scene.socket.open()
  await scene.tell(scene.welcome())
  scene.signal()
  expect(scene.socket.sent).toEqual([])
})

test('a socket that was given up says nothing any more', async () => {
  const scene = await silentScene()
  const [first] = scene.sockets
  await scene.clock.pass(40_000)
  first?.tell(scene.room.say('from the dead', bo))
  await settle()
  expect(scene.texts).toEqual([])
})

test('after close nothing is left that could wake', async () => {
  const scene = new Scene()
  await scene.enter()
  scene.client.send('one')
  await scene.tell({ event: 'user_typing', data: { user_id: bo.id, username: bo.username } })
  expect(scene.clock.waiting).toBeGreaterThan(0)
  scene.client.close()
  expect([scene.clock.waiting, scene.watching]).toEqual([0, 0])

  const waiting = await silentScene()
  waiting.socket.drop()
  await settle()
  waiting.client.close()
  expect([waiting.clock.waiting, waiting.watching]).toEqual([0, 0])
})
