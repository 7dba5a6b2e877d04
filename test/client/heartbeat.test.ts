import { describe, expect, test } from 'vitest'
import { bo, Harness, ping, pong, settle } from './harness.ts'

const KiB = 1024

const pings = (harness: Harness) => harness.socket.sent.filter((text) => text === ping).length

/** A harness whose client is online and got the first pong. */
async function connectedHarness(): Promise<Harness> {
  const harness = await Harness.online()
  harness.socket.answersPings = false
  harness.socket.sent.length = 0
  return harness
}

/** A frame of exactly so many bytes, with more bytes than characters. */
function traffic(bytes: number): string {
  const frame = (text: string) => JSON.stringify({ event: 'unknown', data: { text } })
  const spare = bytes - frame('é'.repeat(100)).length - 100
  return frame('é'.repeat(100) + 'x'.repeat(spare))
}

describe('the heartbeat', () => {
  test('starts when the replay is complete, and continues after the pong', async () => {
    const harness = new Harness()
    await harness.openSocket()
    harness.socket.answersPings = false
    harness.socket.deliver(harness.welcome())
    expect(pings(harness)).toBe(0)
    harness.socket.deliver(harness.synced)
    expect(pings(harness)).toBe(1)
    await harness.clock.advance(9_000)
    harness.socket.deliverText(pong)
    await harness.clock.advance(29_999)
    expect(pings(harness)).toBe(1)
    await harness.clock.advance(1)
    expect(pings(harness)).toBe(2)
  })

  test('starts with one ping on every socket, however long the replay', async () => {
    const harness = await connectedHarness()
    await harness.dropAndRetry()
    harness.room.post('x'.repeat(256 * KiB))
    await harness.admit(...harness.room.replay(0))
    expect(pings(harness)).toBe(1)
  })

  test('sends a ping after 256 KiB since the last one', async () => {
    const harness = await connectedHarness()
    await harness.clock.advance(30_000)
    harness.socket.deliverText(pong)
    harness.socket.deliverText(traffic(256 * KiB - pong.length - 1))
    expect(pings(harness)).toBe(1)
    harness.socket.deliverText(traffic(300))
    expect(pings(harness)).toBe(2)
  })

  test('sends no ping before the last pong', async () => {
    const harness = await connectedHarness()
    harness.socket.deliverText(traffic(256 * KiB))
    for (let n = 0; n < 3; n++) harness.socket.deliverText(traffic(256 * KiB))
    expect(pings(harness)).toBe(1)
    harness.socket.deliverText(pong)
    expect(pings(harness)).toBe(2)
  })

  test('closes a socket without a pong for 10 seconds', async () => {
    const harness = await connectedHarness()
    await harness.clock.advance(30_000 + 9_999)
    await harness.deliver(harness.room.post('still talking'))
    expect(harness.state.status).toBe('online')
    await harness.clock.advance(1)
    expect(harness.state.status).toBe('reconnecting')
    expect(harness.sockets[0]?.closed).toBe(true)
    await harness.clock.advance(1_000)
    expect(harness.sockets).toHaveLength(2)
  })

  test('uses the interval of the welcome', async () => {
    const harness = new Harness()
    await harness.openSocket()
    harness.socket.deliver(harness.welcome({ heartbeat_ms: 7_000 }), harness.synced)
    await harness.clock.advance(21_000)
    expect(pings(harness)).toBe(1 + 3)
  })

  test('sends a ping at once when the network or the user is back', async () => {
    const harness = await connectedHarness()
    harness.signal()
    expect(pings(harness)).toBe(1)
    harness.signal()
    expect(pings(harness)).toBe(1)
    await harness.clock.advance(10_000)
    expect(harness.state.status).toBe('reconnecting')
  })
})

describe('a socket that does not become live', () => {
  test('is closed after 10 seconds without a handshake', async () => {
    const harness = new Harness()
    harness.client.connect()
    await harness.clock.advance(9_999)
    expect(harness.socket.closed).toBe(false)
    await harness.clock.advance(1)
    expect(harness.socket.closed).toBe(true)
    await harness.clock.advance(1_000)
    expect(harness.sockets).toHaveLength(2)
  })

  test('has 30 seconds for the replay, which may be large', async () => {
    const harness = new Harness()
    await harness.openSocket()
    await harness.clock.advance(29_999)
    expect(harness.socket.closed).toBe(false)
    await harness.clock.advance(1)
    expect(harness.socket.closed).toBe(true)
  })
})

test('a closed socket is not used any more', async () => {
  const harness = new Harness()
  harness.client.connect()
  await settle()
  const [first] = harness.sockets
  harness.client.close()
  first?.open()
  expect(harness.clock.waiting).toBe(0)

  const other = await connectedHarness()
  other.socket.drop()
  other.signal()
  expect(pings(other)).toBe(0)

  const flooded = await connectedHarness()
  const skipped = { ...flooded.room.post('x'.repeat(256 * KiB)), seq: 9 }
  await flooded.deliver(skipped)
  expect([flooded.socket.closed, pings(flooded)]).toEqual([true, 0])
})

test('a socket sends no ping before it is live', async () => {
  const harness = new Harness()
  harness.client.connect()
  await settle()
  harness.signal()
  harness.socket.open()
  await harness.deliver(harness.welcome())
  harness.signal()
  expect(harness.socket.sent).toEqual([])
})

test('frames of a closed socket are ignored', async () => {
  const harness = await connectedHarness()
  const [first] = harness.sockets
  await harness.clock.advance(40_000)
  first?.deliver(harness.room.post('from the dead', bo))
  await settle()
  expect(harness.texts).toEqual([])
})

test('after close no timer and no listener is left', async () => {
  const harness = await Harness.online()
  harness.client.send('one')
  await harness.deliver({ event: 'user_typing', data: { user_id: bo.id, username: bo.username } })
  expect(harness.clock.waiting).toBeGreaterThan(0)
  harness.client.close()
  expect([harness.clock.waiting, harness.watching]).toEqual([0, 0])
})
