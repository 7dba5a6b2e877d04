import { describe, expect, test } from 'vitest'
import { ChatProblem } from '../../src/client/problem.ts'
import type { ChatStatus, StopReason } from '../../src/client/state.ts'
import { Harness, settle } from './harness.ts'
import { ban, lasting, refuse } from './moderation-frames.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** The clients of one person do not come back at once. */
const jitter = 250

const banned = { status: 'stopped', stopped: 'banned' } as const

describe('a ban with an end', () => {
  test('stops the client until its end, with all that a page shows', async () => {
    const harness = await Harness.online()
    const until = harness.clock.now + hour
    await ban(harness, hour)
    expect(harness.state).toMatchObject({ ...banned, ban: lasting(harness, hour), retryNow: false })
    expect(harness.state.retryAt).toBe(until + jitter)
    await harness.clock.advance(hour + jitter - 1)
    expect(harness.sockets).toHaveLength(1)
    await harness.clock.advance(1)
    expect(harness.state).toMatchObject({ status: 'reconnecting', stopped: null, ban: null })
    expect(harness.state.retryAt).toBeNull()
    await harness.admit()
    expect(harness.state.status).toBe('online')
    await harness.clock.advance(hour)
    expect([harness.sockets.length, harness.watching]).toEqual([2, 1])
  })

  test('resumes where the connection ended, and sends what waited', async () => {
    const harness = await Harness.online()
    await harness.deliver(harness.room.post('before'))
    const sent = harness.client.send('mine')
    await ban(harness, hour)
    harness.client.send('written meanwhile')
    expect(harness.texts).toEqual(['before', 'mine', 'written meanwhile'])
    await harness.clock.advance(hour + jitter)
    expect(harness.socket.address.search).toBe('?epoch=e1&since=1')
    await harness.admit()
    await harness.accept()
    expect(await sent).toMatchObject({ content: 'mine' })
    expect(harness.sentTexts).toEqual(['mine', 'written meanwhile'])
  })

  test('of months is waited for', async () => {
    const harness = await Harness.online()
    await ban(harness, 60 * day)
    await harness.clock.advance(60 * day)
    expect(harness.sockets).toHaveLength(1)
    await harness.clock.advance(jitter)
    expect(harness.sockets).toHaveLength(2)
  })

  test('is not waited for by signals of the network or the user, but by another connect', async () => {
    const harness = await Harness.online()
    await ban(harness, hour)
    harness.signal()
    await harness.clock.advance(minute)
    expect(harness.sockets).toHaveLength(1)
    const online = harness.client.connect()
    await settle()
    expect(harness.state).toMatchObject({ status: 'connecting', retryAt: null })
    await harness.admit()
    expect(await online).toBe(true)
    expect(harness.state.ban).toBeNull()
    await harness.clock.advance(2 * hour)
    expect(harness.sockets).toHaveLength(2)
  })

  test('is waited for no more after a close', async () => {
    const harness = await Harness.online()
    await ban(harness, hour)
    harness.client.close()
    expect(harness.state).toMatchObject({ status: 'idle', retryAt: null })
    expect(harness.clock.waiting).toBe(0)
    await harness.clock.advance(2 * hour)
    expect(harness.sockets).toHaveLength(1)
  })

  test('is waited for no more when another account logs in', async () => {
    let isChanged = false
    const harness = await Harness.online({
      getToken: () => {
        if (isChanged) throw new ChatProblem('account_changed', 'Another account.')
        return 't0'
      },
    })
    await ban(harness, hour)
    isChanged = true
    await harness.client.online().catch(() => {})
    expect(harness.state).toMatchObject({ stopped: 'account_changed', retryAt: null })
    await harness.clock.advance(2 * hour)
    expect(harness.sockets).toHaveLength(1)
  })

  test('that the room refuses again is waited for again, with longer pauses', async () => {
    const harness = await Harness.online()
    harness.random = 1
    // The clock of the device is ahead, so that each ban seems to be over.
    for (const pause of [500, 1_000, 2_000]) {
      await refuse(harness, -1)
      expect((harness.state.retryAt ?? 0) - harness.clock.now).toBe(pause)
      await harness.clock.advance(pause)
    }
    expect(harness.sockets).toHaveLength(4)
  })

  test('is over by the clock of the room', async () => {
    const harness = new Harness()
    await harness.openSocket()
    const server_time = new Date(harness.clock.now - day).toISOString()
    harness.socket.deliver(harness.welcome({ server_time }), harness.synced)
    await ban(harness, hour - day)
    expect((harness.state.retryAt ?? 0) - harness.clock.now).toBe(hour + jitter)
  })
})

describe('a ban for good', () => {
  test('stops the client until the next connect', async () => {
    const harness = await Harness.online()
    const emitted: (ChatStatus | StopReason | null)[] = []
    harness.client.on('status', ({ status, stopped }) => emitted.push(status, stopped))
    await ban(harness, null)
    expect(harness.state).toMatchObject({ ...banned, retryAt: null, ban: lasting(harness, null) })
    expect(emitted.slice(-2)).toEqual(['stopped', 'banned'])
    await harness.clock.advance(60 * day)
    expect([harness.sockets.length, harness.clock.waiting]).toEqual([1, 0])
  })

  test('that is lifted lets the next connect in', async () => {
    const harness = await Harness.online()
    await ban(harness, null)
    harness.client.connect()
    await settle()
    await harness.admit()
    expect(harness.state).toMatchObject({ status: 'online', ban: null })
  })
})
