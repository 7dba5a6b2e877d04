import { describe, expect, test } from 'vitest'
import type { AuditEntry, Report } from '../../src/client/contract.ts'
import { ada, bo, Harness, settle } from './harness.ts'
import { lasting, live, restricted, roomChanged, roomWith } from './moderation-frames.ts'

const hour = 60 * 60_000
const day = 24 * hour

const staffOf = (role: 'owner' | 'moderator', { id: user_id, username } = ada) => ({
  staff: [{ user_id, username, role }],
})

/** A harness whose client is online in a room of this state. */
async function entered(...frames: Parameters<Harness['admit']>): Promise<Harness> {
  const harness = new Harness()
  harness.client.connect()
  await settle()
  await harness.admit(...frames)
  return harness
}

describe('the state of the room', () => {
  test('comes with the welcome, and is null before', async () => {
    const harness = new Harness()
    expect(harness.state).toMatchObject({ room: null, role: 'member', mute: null, ban: null })
    harness.client.connect()
    await settle()
    await harness.admit(roomChanged({ announcement: 'Hello', revision: 3 }))
    expect(harness.state.room).toEqual(roomWith({ announcement: 'Hello', revision: 3 }))
  })

  test('changes with live frames, which advance the position', async () => {
    const harness = await entered(roomChanged())
    await harness.deliver(live(harness, roomChanged({ slow_mode_ms: 10_000, revision: 2 })))
    expect(harness.state.room).toMatchObject({ slow_mode_ms: 10_000, revision: 2 })
    await harness.deliver(harness.room.post('next'))
    expect(harness.state.status).toBe('online')
    await harness.dropAndRetry()
    expect(harness.socket.address.search).toBe('?epoch=e1&since=2')
  })

  test('is never replaced by one with a lower revision', async () => {
    const harness = await entered(roomChanged({ announcement: 'newer', revision: 5 }))
    await harness.deliver(live(harness, roomChanged({ announcement: 'older', revision: 4 })))
    expect(harness.state.room?.announcement).toBe('newer')
    await harness.reconnect(roomChanged({ announcement: 'older', revision: 4 }))
    expect(harness.state.room?.announcement).toBe('newer')
  })

  test('of another log replaces one with a higher revision, and is kept until it comes', async () => {
    const harness = await entered(roomChanged({ announcement: 'former log', revision: 9 }))
    await harness.dropAndRetry()
    harness.room.epoch = 'e2'
    harness.socket.open()
    harness.socket.deliver(harness.welcome({ resumed: false }))
    await harness.clock.advance(2_000)
    await harness.admit()
    expect(harness.state.room?.announcement).toBe('former log')
    await harness.deliver(live(harness, roomChanged({ announcement: 'new log', revision: 0 })))
    expect(harness.state.room?.announcement).toBe('new log')
    await harness.deliver(live(harness, roomChanged({ announcement: 'later', revision: 1 })))
    await harness.deliver(live(harness, roomChanged({ announcement: 'older', revision: 0 })))
    expect(harness.state.room?.announcement).toBe('later')
  })
})

describe('the role', () => {
  test('is that of the own user among the staff, and member otherwise', async () => {
    const harness = await entered(roomChanged(staffOf('owner', bo)))
    expect(harness.state.role).toBe('member')
    await harness.deliver(live(harness, roomChanged({ ...staffOf('moderator'), revision: 2 })))
    expect(harness.state.role).toBe('moderator')
    await harness.deliver(live(harness, roomChanged({ staff: [], revision: 3 })))
    expect(harness.state.role).toBe('member')
  })

  test('is that of the next user after another login', async () => {
    const harness = await entered(roomChanged(staffOf('owner')))
    expect(harness.state.role).toBe('owner')
    await harness.dropAndRetry()
    await harness.admitAs(bo, roomChanged(staffOf('owner')))
    expect(harness.state.role).toBe('member')
  })
})

describe('the own mute', () => {
  test('comes with the welcome or live, and ends with a frame', async () => {
    const harness = new Harness()
    const mute = lasting(harness, null)
    harness.client.connect()
    await settle()
    await harness.admit(roomChanged(), restricted(ada, { mute }))
    expect(harness.state).toMatchObject({ status: 'online', mute, ban: null })
    await harness.deliver(restricted(ada))
    expect(harness.state.mute).toBeNull()
    await harness.deliver(restricted(ada, { mute }))
    expect(harness.state.mute).toEqual(mute)
  })

  test('is reset by the next welcome', async () => {
    const harness = await entered()
    await harness.deliver(restricted(ada, { mute: lasting(harness, null) }))
    await harness.drop()
    expect(harness.state.mute).not.toBeNull()
    await harness.clock.advance(1_000)
    await harness.admit()
    expect(harness.state.mute).toBeNull()
  })

  test.each([1_000, hour, 60 * day])(
    'ends after its %i ms without a frame, and the state changes then',
    async (ms) => {
      const harness = await entered()
      const mute = lasting(harness, ms)
      await harness.deliver(restricted(ada, { mute }))
      const seen: unknown[] = []
      harness.client.subscribe(() => seen.push(harness.state.mute))
      await harness.clock.advance(ms - 1)
      expect(harness.state.mute).toEqual(mute)
      expect(seen).toEqual([])
      await harness.clock.advance(1)
      expect(seen).toEqual([null])
    },
  )

  test('that is over already is none', async () => {
    const harness = await entered()
    await harness.deliver(restricted(ada, { mute: lasting(harness, -1) }))
    expect(harness.state.mute).toBeNull()
  })

  test('ends by the clock of the room', async () => {
    const harness = new Harness()
    const roomNow = harness.clock.now - day
    harness.client.connect()
    await settle()
    harness.socket.open()
    const mute = { until: new Date(roomNow + hour).toISOString(), reason: null }
    const welcome = harness.welcome({ server_time: new Date(roomNow).toISOString() })
    await harness.deliver(welcome, restricted(ada, { mute }), harness.synced)
    await harness.clock.advance(hour - 1)
    expect(harness.state.mute).toEqual(mute)
    await harness.clock.advance(1)
    expect(harness.state.mute).toBeNull()
  })

  test('is timed with timers that every platform has, and with none after a close', async () => {
    const harness = new Harness()
    const asked: number[] = []
    const { after } = harness.platform
    const platform = {
      ...harness.platform,
      after(ms: number, run: () => void) {
        asked.push(ms)
        return after(ms, run)
      },
    }
    const timed = new Harness({ platform })
    timed.client.connect()
    await settle()
    harness.socket.open()
    const mute = lasting(harness, 60 * day)
    harness.socket.deliver(harness.welcome(), restricted(ada, { mute }), harness.synced)
    expect(timed.state.mute).toEqual(mute)
    await harness.clock.advance(hour)
    expect(Math.max(...asked)).toBeLessThan(2 ** 31)
    timed.client.close()
    expect(harness.clock.waiting).toBe(0)
  })
})

describe('moderators', () => {
  test('get the restrictions of others, reports and the audit log as events', async () => {
    const harness = await entered()
    const emitted: unknown[] = []
    for (const event of ['restricted', 'report', 'audit'] as const)
      harness.client.on(event, (value) => emitted.push([event, value]))
    const frame = restricted(bo, { mute: lasting(harness, null) })
    const report = { id: 'r1', status: 'open' } as Report
    const entry = { id: 'a1', action: 'mute' } as AuditEntry
    await harness.deliver(frame, restricted(ada))
    await harness.deliver({ event: 'report_filed', data: report })
    await harness.deliver({ event: 'audit_added', data: entry })
    expect(emitted).toEqual([
      ['restricted', frame.data],
      ['report', report],
      ['audit', entry],
    ])
    expect(harness.state).toMatchObject({ mute: null, ban: null })
  })
})
