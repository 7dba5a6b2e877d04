import { describe, expect, test } from 'vitest'
import { ada, bo, Harness, problem, settle, unhandledDuring } from './harness.ts'
import { ban, lasting, refuse, restricted } from './moderation-frames.ts'

const hour = 60 * 60_000
const jitter = 250

const banned = { status: 'stopped', stopped: 'banned' } as const

describe('a connection that is refused', () => {
  test('for a ban stops the client, before it knows its user', async () => {
    const harness = new Harness()
    const arrival = harness.client.connect()
    await settle()
    await refuse(harness, hour)
    await expect(arrival).rejects.toMatchObject({ code: 'stopped' })
    expect(harness.state).toMatchObject({ ...banned, user: null, ban: lasting(harness, hour) })
    await harness.clock.advance(hour + jitter)
    await harness.admit()
    expect(harness.state).toMatchObject({ status: 'online', user: ada, ban: null })
  })

  test('for a ban leaves no rejection behind', async () => {
    const unhandled = await unhandledDuring(async () => {
      const harness = new Harness()
      harness.client.connect()
      await settle()
      await refuse(harness, null)
      expect(harness.state).toMatchObject(banned)
    })
    expect(unhandled).toEqual([])
  })

  test('without a ban stops the client as refused, also after a ban', async () => {
    const harness = await Harness.online()
    await ban(harness, null)
    harness.client.connect()
    await settle()
    harness.socket.open()
    await harness.drop(4403)
    expect(harness.state).toMatchObject({ stopped: 'refused', retryAt: null })
  })

  test('after the ban of another person, or a ban that was lifted, is refused', async () => {
    for (const frames of [
      [restricted(bo, { ban: { until: null, reason: null } })],
      [restricted(ada, { ban: { until: null, reason: null } }), restricted(ada)],
    ]) {
      const harness = await Harness.online()
      await harness.deliver(...frames)
      await harness.drop(4403)
      expect(harness.state).toMatchObject({ stopped: 'refused' })
    }
  })

  test('without its close code is tried again, and then stops the client', async () => {
    const harness = await Harness.online()
    harness.socket.deliver(restricted(ada, { ban: lasting(harness, null) }))
    await harness.dropAndRetry()
    expect(harness.state.status).toBe('reconnecting')
    await refuse(harness, null)
    expect(harness.state).toMatchObject(banned)
  })
})

describe('a history that is refused for a ban', () => {
  const refused = () => problem(403, 'banned')

  test('lets the room say until when', async () => {
    const harness = new Harness()
    harness.answer = refused
    harness.client.connect()
    await settle()
    await refuse(harness, hour)
    expect(harness.state).toMatchObject({ ...banned, ban: lasting(harness, hour) })
    harness.answer = undefined
    harness.room.post('meanwhile')
    await harness.clock.advance(hour + jitter)
    expect(harness.socket.address.search).toBe('?epoch=e1&since=1')
    await harness.admit()
    expect(harness.texts).toEqual(['meanwhile'])
  })

  test('is loaded if the ban was lifted in this moment', async () => {
    const harness = new Harness()
    harness.room.post('one')
    harness.answer = refused
    harness.client.connect()
    await settle()
    harness.answer = undefined
    harness.socket.open()
    harness.socket.deliver(harness.welcome({ resumed: false }))
    await harness.clock.advance(1_000)
    await harness.admit()
    expect(harness.texts).toEqual(['one'])
    expect(harness.state.status).toBe('online')
  })
})
