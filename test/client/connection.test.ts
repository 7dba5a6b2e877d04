import { describe, expect, test } from 'vitest'
import type { ChatStatus } from '../../src/client/state.ts'
import { closeCodes } from '../../src/contract/close-codes.ts'
import {
  ada,
  bo,
  Harness,
  problem,
  problemsOf,
  roster,
  settle,
  unhandledDuring,
} from './harness.ts'

const minute = 60_000

const renewals = (harness: Harness) => harness.tokenRequests.filter((renew) => renew).length
const tokens = (harness: Harness) => harness.sockets.map(({ protocols }) => protocols[1])

describe('connecting', () => {
  test('loads the newest messages first, then opens a socket from there, with the token as a subprotocol', async () => {
    const harness = new Harness()
    harness.room.post('before')
    harness.client.connect()
    await settle()
    expect(harness.calls).toMatchObject([{ path: '/messages?limit=50', token: 'Bearer t0' }])
    expect(harness.texts).toEqual(['before'])
    expect(harness.state.status).toBe('connecting')
    expect(harness.socket.address.href).toBe('wss://chat.test/ws/chat?epoch=e1&since=1')
    expect(harness.socket.protocols).toEqual(['chat.v1', 'bearer.t0'])
  })

  test('ends only when the replay is complete', async () => {
    const harness = new Harness()
    let online = false
    harness.client.connect().then(() => {
      online = true
    })
    await settle()
    harness.socket.open()
    await harness.deliver(harness.welcome(), roster(ada))
    expect([online, harness.state.status]).toEqual([false, 'connecting'])
    await harness.deliver(harness.synced)
    expect([online, harness.state.status]).toEqual([true, 'online'])
    expect(harness.state.user).toEqual(ada)
  })

  test('continues until it succeeds, and the state says why it failed', async () => {
    const harness = new Harness()
    harness.answer = () => problem(503, 'unavailable', { retry_after: 7 })
    const arrival = harness.client.connect()
    await settle()
    expect(harness.state).toMatchObject({ status: 'connecting', problem: { code: 'unavailable' } })
    expect((harness.state.retryAt ?? 0) - harness.clock.now).toBeGreaterThanOrEqual(7_000)
    harness.answer = undefined
    await harness.clock.advance(8_000)
    await harness.admit()
    await arrival
    expect(harness.state).toMatchObject({ status: 'online', problem: null, retryAt: null })
  })

  test('twice opens one socket', async () => {
    const harness = new Harness()
    harness.client.connect()
    harness.client.connect()
    await settle()
    await harness.admit()
    await harness.client.connect()
    expect(harness.sockets).toHaveLength(1)
  })

  test('that is ended by close opens no socket any more', async () => {
    const harness = new Harness()
    const arrival = harness.client.connect()
    harness.client.close()
    expect(await arrival).toBe(false)
    await harness.clock.advance(minute)
    expect([harness.calls, harness.sockets]).toEqual([[], []])
    expect(harness.state.status).toBe('idle')
  })
})

describe('close', () => {
  test('is no error for the connect that it ends, nor for the next one', async () => {
    const harness = new Harness()
    const outcomes: boolean[] = []
    // Like an effect of React, which runs twice in StrictMode.
    const mount = () => {
      const run = async () => void outcomes.push(await harness.client.connect())
      void run()
      return () => harness.client.close()
    }
    const unhandled = await unhandledDuring(async () => {
      mount()()
      mount()
      await settle()
      await harness.admit()
    })
    expect(outcomes).toEqual([false, true])
    expect(unhandled).toEqual([])
    expect(harness.sockets).toHaveLength(1)
  })

  test('ends each wait: for the history, between attempts, and for the replay', async () => {
    for (const steps of [0, 1, 2]) {
      const harness = new Harness()
      if (steps === 1) harness.answer = () => problem(503, 'unavailable')
      const arrival = harness.client.connect()
      if (steps > 0) await settle()
      if (steps === 2) harness.socket.open()
      harness.client.close()
      expect(await arrival).toBe(false)
    }
  })

  test('is harmless for a client that has stopped or never connected', async () => {
    const harness = new Harness()
    harness.client.close()
    harness.token = null
    await expect(harness.client.connect()).rejects.toMatchObject({ code: 'stopped' })
    harness.client.close()
    expect(harness.state).toMatchObject({ status: 'idle', stopped: null })
  })
})

describe('after a lost connection', () => {
  test('the client resumes from the position of the last frame with a seq', async () => {
    const harness = await Harness.online()
    await harness.deliver(harness.room.post('one'), harness.room.post('two'))
    await harness.dropAndRetry()
    expect(harness.socket.address.search).toBe('?epoch=e1&since=2')
    // Frames of a replay have no seq: if it breaks off, all of it comes again.
    harness.socket.open()
    const { data } = harness.room.post('three')
    await harness.deliver(harness.welcome(), roster(ada), { event: 'new_message', data })
    await harness.dropAndRetry()
    expect(harness.socket.address.search).toBe('?epoch=e1&since=2')
    await harness.admit({ event: 'new_message', data })
    expect(harness.texts).toEqual(['one', 'two', 'three'])
    await harness.dropAndRetry()
    expect(harness.socket.address.search).toBe('?epoch=e1&since=3')
  })

  test('the waits double up to 30 seconds, each with full jitter', async () => {
    const harness = new Harness()
    harness.answer = () => problem(500, 'unavailable')
    harness.random = 0.999
    harness.client.connect()
    const waits: number[] = []
    for (let n = 0; n < 9; n++) {
      await settle()
      waits.push((harness.state.retryAt ?? 0) - harness.clock.now)
      await harness.clock.advance(waits.at(-1) ?? 0)
    }
    const steps = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]
    expect(waits).toEqual(steps.map((step) => step * 0.999))
    harness.random = 0.25
    await settle()
    await harness.clock.advance(30_000)
    expect((harness.state.retryAt ?? 0) - harness.clock.now).toBeLessThanOrEqual(7_500)
  })

  test('the waits start short again only after ten seconds online', async () => {
    const harness = new Harness()
    harness.random = 0.999
    await harness.goOnline()
    const wait = () => Math.round((harness.state.retryAt ?? 0) - harness.clock.now)
    for (const expected of [500, 999, 1998]) {
      await harness.clock.advance(9_000)
      await harness.drop()
      expect(wait()).toBe(Math.round(expected === 500 ? 499.5 : expected))
      await harness.clock.advance(3_000)
      await harness.admit()
    }
    await harness.clock.advance(10_000)
    await harness.drop()
    expect(wait()).toBe(500)
  })

  test('the state says whether another connect tries at once', async () => {
    const harness = await Harness.online()
    expect(harness.state.retryNow).toBe(false)
    await harness.drop()
    expect(harness.state.retryNow).toBe(true)
    const emitted = new Harness()
    emitted.answer = () => problem(503, 'unavailable', { retry_after: 7 })
    emitted.client.connect()
    await settle()
    expect(emitted.state).toMatchObject({ retryAt: expect.any(Number), retryNow: false })
  })

  test('a signal of the network or the user, or another connect, ends the wait', async () => {
    const harness = await Harness.online()
    for (const back of [() => harness.signal(), () => void harness.client.connect()]) {
      await harness.drop()
      const before = harness.sockets.length
      back()
      await settle()
      expect(harness.sockets).toHaveLength(before + 1)
      await harness.admit()
    }
  })

  test('a gap in seq makes the client reconnect for the missing event', async () => {
    const harness = await Harness.online()
    await harness.deliver(harness.room.post('one'))
    const missed = harness.room.post('missed')
    await harness.deliver(harness.room.post('three'))
    expect(harness.state.status).toBe('reconnecting')
    expect(harness.texts).toEqual(['one'])
    await harness.clock.advance(1_000)
    expect(harness.socket.address.search).toBe('?epoch=e1&since=1')
    const [, , three] = harness.room.messages
    await harness.admit(
      { event: 'new_message', data: missed.data },
      ...(three ? [{ event: 'new_message' as const, data: three }] : []),
    )
    expect(harness.texts).toEqual(['one', 'missed', 'three'])
  })

  test('a repeated seq makes the client reconnect, and drops the frames after it', async () => {
    const harness = await Harness.online()
    const one = harness.room.post('one')
    await harness.deliver(one)
    const typing = { event: 'user_typing' as const, data: { user_id: bo.id, username: 'Bo' } }
    await harness.deliver(one, typing)
    expect(harness.state).toMatchObject({ status: 'reconnecting', typing: [] })
  })

  test('a drain makes the client reconnect within the time, and resume', async () => {
    const harness = await Harness.online()
    await harness.deliver(harness.room.post('one'), {
      event: 'reconnect',
      data: { after_ms: 8_000 },
    })
    harness.random = 0
    await harness.clock.advance(3_999)
    expect(harness.state.status).toBe('online')
    await harness.clock.advance(1)
    expect(harness.sockets[0]?.closed).toBe(true)
    expect(harness.socket.address.search).toBe('?epoch=e1&since=1')
    await harness.admit()
    await harness.clock.advance(20_000)
    expect(harness.state.status).toBe('online')
  })

  test('a drain of a lost connection does not close the next one', async () => {
    const harness: Harness = new Harness({
      getToken: ({ renew }) => {
        if (renew) throw new Error('offline')
        return 't0'
      },
    })
    await harness.goOnline()
    const token_expires_at = new Date(harness.clock.now + minute).toISOString()
    await harness.deliver({ event: 'reconnect', data: { after_ms: 8_000 } })
    // A failed renewal has a timer of its own.
    await harness.deliver({ event: 'token_expiring', data: { token_expires_at } })
    await harness.reconnect()
    await harness.clock.advance(8_000)
    expect(harness.sockets).toHaveLength(2)
    expect(harness.state.status).toBe('online')
  })

  test('an unknown event advances the position too', async () => {
    const harness = await Harness.online()
    harness.room.seq++
    await harness.deliver({
      event: 'something_new' as never,
      data: {} as never,
      seq: harness.room.seq,
    })
    await harness.deliver(harness.room.post('one'))
    expect(harness.texts).toEqual(['one'])
    expect(harness.state.status).toBe('online')
  })
})

describe('a close with code', () => {
  async function closedWith(code: number): Promise<Harness> {
    const harness = await Harness.online()
    await harness.drop(code)
    return harness
  }

  const codes = Object.entries(closeCodes).map(([code, { advice }]) => ({
    code: Number(code),
    advice,
  }))
  const advised = (advice: string) =>
    codes.filter((row) => row.advice === advice).map(({ code }) => code)

  test.each([1000, 1001, 1005, 1006, 1011, ...advised('reconnect')])(
    '%i makes the client reconnect',
    async (code) => {
      const harness = await closedWith(code)
      expect(harness.state.status).toBe('reconnecting')
      await harness.clock.advance(1_000)
      expect(harness.sockets).toHaveLength(2)
    },
  )

  test.each(advised('wait a minute'))(
    '%i makes the client wait for a minute, whatever signals come',
    async (code) => {
      const harness = await closedWith(code)
      harness.signal()
      harness.client.connect()
      await harness.clock.advance(minute - 1)
      expect(harness.sockets).toHaveLength(1)
      await harness.clock.advance(1_000)
      expect(harness.sockets).toHaveLength(2)
    },
  )

  test.each(advised('do not reconnect'))(
    '%i stops the client until the next connect',
    async (code) => {
      const harness = await closedWith(code)
      expect(harness.state.status).toBe('stopped')
      expect(harness.state.stopped).toBe({ 4403: 'refused', 4409: 'replaced' }[code] ?? 'fault')
      harness.signal()
      await harness.clock.advance(10 * minute)
      expect(harness.sockets).toHaveLength(1)
      harness.client.connect()
      await settle()
      expect(harness.sockets).toHaveLength(2)
      expect(harness.state).toMatchObject({ status: 'connecting', stopped: null })
    },
  )

  test('4401 makes the client renew its token once, and reconnect', async () => {
    const harness = await Harness.online()
    harness.token = 't1'
    await harness.drop(4401)
    expect(renewals(harness)).toBe(1)
    expect(tokens(harness)).toEqual(['bearer.t0', 'bearer.t1'])
    await harness.admit()
    await harness.drop(4401)
    expect(renewals(harness)).toBe(2)
    expect(harness.state.status).toBe('reconnecting')
  })

  test('4401 for the new token too stops the client', async () => {
    const harness = await Harness.online()
    await harness.drop(4401)
    harness.socket.open()
    await harness.drop(4401)
    expect(harness.state).toMatchObject({ status: 'stopped', stopped: 'signed_out' })
    expect(renewals(harness)).toBe(1)
  })
})

describe('the token', () => {
  test('that is missing stops the client at once', async () => {
    const harness = new Harness()
    harness.token = null
    const arrival = harness.client.connect()
    await expect(arrival).rejects.toMatchObject({ code: 'stopped' })
    expect(harness.state.stopped).toBe('signed_out')
    expect(harness.sockets).toEqual([])
  })

  test('that the history refuses is renewed once', async () => {
    const harness = new Harness()
    harness.answer = ({ token }) =>
      token === 'Bearer t1' ? undefined : problem(401, 'token_expired')
    harness.client.connect()
    await settle()
    expect(harness.state.stopped).toBe('signed_out')

    const lucky = new Harness({
      getToken: ({ renew }) => {
        if (renew) lucky.token = 't1'
        return lucky.token
      },
    })
    lucky.answer = harness.answer
    await lucky.goOnline()
    expect(lucky.state.status).toBe('online')
  })

  test('that cannot be had is requested again later', async () => {
    let away = true
    const harness = new Harness({
      getToken: () => {
        if (away) throw new Error('offline')
        return 't0'
      },
    })
    const problems = problemsOf(harness.client)
    harness.client.connect()
    await settle()
    expect(problems).toMatchObject([{ code: 'network' }])
    away = false
    await harness.clock.advance(1_000)
    expect(harness.sockets).toHaveLength(1)
  })

  test('is renewed on the open socket a minute before its expiry, by the room’s clock', async () => {
    const harness = new Harness()
    await harness.openSocket()
    const aDayAhead = harness.clock.now + 24 * 60 * minute
    harness.socket.deliver(
      harness.welcome({
        server_time: new Date(aDayAhead).toISOString(),
        token_expires_at: new Date(aDayAhead + 10 * minute).toISOString(),
      }),
      harness.synced,
    )
    harness.token = 't1'
    await harness.clock.advance(9 * minute - 1)
    expect(harness.socket.sentData('authenticate')).toEqual([])
    await harness.clock.advance(1)
    expect(harness.socket.sentData('authenticate')).toEqual([{ token: 't1' }])
    await harness.deliver({
      event: 'authenticated',
      data: { token_expires_at: new Date(aDayAhead + 20 * minute).toISOString() },
    })
    harness.token = 't2'
    await harness.clock.advance(10 * minute)
    expect(harness.socket.sentData('authenticate')).toEqual([{ token: 't1' }, { token: 't2' }])
    expect(harness.sockets).toHaveLength(1)
  })

  test('is renewed once when the room asks for it, however often it asks', async () => {
    const harness = await Harness.online()
    harness.token = 't1'
    const token_expires_at = new Date(harness.clock.now + minute).toISOString()
    const expiring = { event: 'token_expiring' as const, data: { token_expires_at } }
    await harness.deliver(expiring, expiring)
    await harness.deliver(expiring)
    expect(harness.socket.sentData('authenticate')).toEqual([{ token: 't1' }])
  })

  test('whose renewal fails is renewed again later, and stays if there is no new one', async () => {
    let renewal: () => string | null = () => {
      throw new Error('offline')
    }
    const harness: Harness = await Harness.online({
      getToken: ({ renew }) => (renew ? renewal() : 't0'),
    })
    await harness.clock.advance(59 * minute)
    expect(harness.state.status).toBe('online')
    renewal = () => 't1'
    await harness.clock.advance(10_000)
    expect(harness.socket.sentData('authenticate')).toEqual([{ token: 't1' }])

    const other: Harness = await Harness.online({ getToken: ({ renew }) => (renew ? null : 't0') })
    await other.clock.advance(59 * minute + 30_000)
    expect(other.state.status).toBe('online')
    await other.drop(4401)
    expect(other.state.stopped).toBe('signed_out')
  })

  test('that was renewed for a closed socket is not sent on the next one', async () => {
    for (const outcome of ['token', 'failure']) {
      const renewal = Promise.withResolvers<string>()
      const harness: Harness = new Harness({
        getToken: ({ renew }) => (renew ? renewal.promise : 't0'),
      })
      const problems = problemsOf(harness.client)
      await harness.goOnline()
      await harness.clock.advance(59 * minute)
      await harness.reconnect()
      if (outcome === 'token') renewal.resolve('t1')
      else renewal.reject(new Error('offline'))
      await settle()
      expect(harness.socket.sentData('authenticate')).toEqual([])
      expect(problems).toEqual([])
    }
  })

  test('with a short life is renewed in the middle of it', async () => {
    const harness = new Harness()
    await harness.openSocket()
    const ends = (inMs: number) => new Date(harness.clock.now + inMs).toISOString()
    harness.socket.deliver(harness.welcome({ token_expires_at: ends(20_000) }), harness.synced)
    await harness.clock.advance(9_999)
    expect(harness.socket.sentData('authenticate')).toHaveLength(0)
    await harness.clock.advance(1)
    expect(harness.socket.sentData('authenticate')).toHaveLength(1)
  })
})

test('a pause that the service asks for is capped at a minute, and ignored if it is no number', async () => {
  for (const [retry_after, mostMs] of [
    [1e9, 60_000],
    ['soon', 0],
    [-60, 0],
  ] as const) {
    const harness = new Harness()
    harness.answer = () => problem(503, 'unavailable', { retry_after })
    harness.client.connect()
    await settle()
    expect(Math.round((harness.state.retryAt ?? 0) - harness.clock.now)).toBe(mostMs + 250)
    await harness.clock.advance(mostMs + 249)
    expect(harness.calls).toHaveLength(1)
    await harness.clock.advance(1)
    expect(harness.calls).toHaveLength(2)
  }
})

test('events are emitted in order', async () => {
  const harness = new Harness()
  const emitted: (ChatStatus | string | null)[] = []
  harness.client.on('status', ({ status, stopped }) => emitted.push(status, stopped))
  await harness.goOnline()
  await harness.reconnect()
  await harness.drop(4409)
  harness.client.close()
  await settle()
  expect(emitted.filter((item) => item !== null)).toEqual([
    'connecting',
    'online',
    'reconnecting',
    'online',
    'reconnecting',
    'stopped',
    'replaced',
    'idle',
  ])
})

test.each([
  'null',
  '[null]',
  '[7, null]',
  '{"event":"welcome"}',
  '{"event":"new_message","data":null,"seq":1}',
  '{"event":"users_online","data":{}}',
  '{"event":"__proto__","data":{}}',
  'no JSON',
  '[{"event":',
])('%s in the place of a frame ends the connection, and the client reconnects', async (text) => {
  const harness = await Harness.online()
  harness.socket.deliverText(text)
  await settle()
  expect([harness.state.status, harness.socket.closed]).toEqual(['reconnecting', true])
  await harness.clock.advance(1_000)
  await harness.admit()
  expect(harness.state.status).toBe('online')
})

test.each(['7', '"welcome"', 'true', '{}', '[[[]]]', '{"event":7,"data":null}'])(
  '%s in the place of a frame is no event and does no harm',
  async (text) => {
    const harness = await Harness.online()
    harness.socket.deliverText(text)
    await settle()
    expect(harness.state.status).toBe('online')
  },
)

test('frames about unknown users and messages do no harm', async () => {
  const harness = await Harness.online()
  await harness.deliver({ event: 'user_left', data: { user_id: bo.id, username: bo.username } })
  await harness.deliver({
    event: 'message_deleted',
    data: { message_id: 'none', revision: 2 },
    seq: 1,
  })
  expect(harness.state.status).toBe('online')
})
