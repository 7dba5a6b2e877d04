import { describe, expect, test } from 'vitest'
import type { ChatProblem } from '../../src/client/problem.ts'
import type { ChatStatus } from '../../src/client/state.ts'
import { closeCodes } from '../../src/contract/close-codes.ts'
import { ada, bo, problem, roster, Scene, settle } from './scene.ts'

const minute = 60_000

const renewals = (scene: Scene) => scene.asked.filter((renew) => renew).length
const tokens = (scene: Scene) => scene.sockets.map(({ protocols }) => protocols[1])

describe('coming in', () => {
  test('loads first, then connects from there, with the token as a subprotocol', async () => {
    const scene = new Scene()
    scene.room.say('before')
    scene.client.connect()
    await settle()
    expect(scene.calls).toMatchObject([{ path: '/messages?limit=50', token: 'Bearer t0' }])
    expect(scene.texts).toEqual(['before'])
    expect(scene.state.status).toBe('connecting')
    expect(scene.socket.address.href).toBe('wss://chat.test/ws/chat?epoch=e1&since=1')
    expect(scene.socket.protocols).toEqual(['chat.v1', 'bearer.t0'])
  })

  test('is over when everything is there, not before', async () => {
    const scene = new Scene()
    let online = false
    scene.client.connect().then(() => {
      online = true
    })
    await settle()
    scene.socket.open()
    await scene.tell(scene.welcome(), roster(ada))
    expect([online, scene.state.status]).toEqual([false, 'connecting'])
    await scene.tell(scene.synced)
    expect([online, scene.state.status]).toEqual([true, 'online'])
    expect(scene.state.user).toEqual(ada)
  })

  test('goes on until it succeeds, and says why it has not', async () => {
    const scene = new Scene()
    scene.answer = () => problem(503, 'unavailable', { retry_after: 7 })
    const arrival = scene.client.connect()
    await settle()
    expect(scene.state).toMatchObject({ status: 'connecting', problem: { code: 'unavailable' } })
    expect((scene.state.retryAt ?? 0) - scene.clock.now).toBeGreaterThanOrEqual(7_000)
    scene.answer = undefined
    await scene.clock.pass(8_000)
    await scene.admit()
    await arrival
    expect(scene.state).toMatchObject({ status: 'online', problem: null, retryAt: null })
  })

  test('twice is once', async () => {
    const scene = new Scene()
    scene.client.connect()
    scene.client.connect()
    await settle()
    await scene.admit()
    await scene.client.connect()
    expect(scene.sockets).toHaveLength(1)
  })

  test('that is called off opens nothing any more', async () => {
    const scene = new Scene()
    const arrival = scene.client.connect()
    scene.client.close()
    expect(await arrival).toBe(false)
    await scene.clock.pass(minute)
    expect([scene.calls, scene.sockets]).toEqual([[], []])
    expect(scene.state.status).toBe('idle')

    const loading = new Scene()
    const page = Promise.withResolvers<{ status: number; body: unknown }>()
    loading.answer = () => page.promise
    loading.client.connect()
    await settle()
    loading.client.close()
    page.resolve({ status: 200, body: loading.room.page(50, null) })
    await loading.clock.pass(minute)
    expect(loading.sockets).toEqual([])
  })
})

describe('a call off', () => {
  test('is no error of the connect that it ends, and none of the next one', async () => {
    const unheard: unknown[] = []
    const listen = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', listen)
    const scene = new Scene()
    const outcomes: boolean[] = []
    // As an effect of React does it, which runs twice in StrictMode.
    const mount = () => {
      const run = async () => void outcomes.push(await scene.client.connect())
      void run()
      return () => scene.client.close()
    }
    mount()()
    mount()
    await settle()
    await scene.admit()
    process.off('unhandledRejection', listen)
    expect(outcomes).toEqual([false, true])
    expect(unheard).toEqual([])
    expect(scene.sockets).toHaveLength(1)
  })

  test('ends each wait: while it loads, while it waits, while it is let in', async () => {
    for (const steps of [0, 1, 2]) {
      const scene = new Scene()
      if (steps === 1) scene.answer = () => problem(503, 'unavailable')
      const arrival = scene.client.connect()
      if (steps > 0) await settle()
      if (steps === 2) scene.socket.open()
      scene.client.close()
      expect(await arrival).toBe(false)
    }
  })

  test('of a client that has stopped, or was never opened, is harmless', async () => {
    const scene = new Scene()
    scene.client.close()
    scene.token = null
    await expect(scene.client.connect()).rejects.toMatchObject({ code: 'stopped' })
    scene.client.close()
    expect(scene.state).toMatchObject({ status: 'idle', stopped: null })
  })
})

describe('after a lost line', () => {
  test('it resumes where it was: the position of the last frame that carried one', async () => {
    const scene = new Scene()
    await scene.enter()
    await scene.tell(scene.room.say('one'), scene.room.say('two'))
    await scene.dropAndRetry()
    expect(scene.socket.address.search).toBe('?epoch=e1&since=2')
    // A replay carries no position: where it breaks off, all of it comes again.
    scene.socket.open()
    const { data } = scene.room.say('three')
    await scene.tell(scene.welcome(), roster(ada), { event: 'new_message', data })
    await scene.dropAndRetry()
    expect(scene.socket.address.search).toBe('?epoch=e1&since=2')
    await scene.admit({ event: 'new_message', data })
    expect(scene.texts).toEqual(['one', 'two', 'three'])
    await scene.dropAndRetry()
    expect(scene.socket.address.search).toBe('?epoch=e1&since=3')
  })

  test('the waits double up to half a minute, each drawn from all of its length', async () => {
    const scene = new Scene()
    scene.answer = () => problem(500, 'unavailable')
    scene.random = 0.999
    scene.client.connect()
    const waits: number[] = []
    for (let n = 0; n < 9; n++) {
      await settle()
      waits.push((scene.state.retryAt ?? 0) - scene.clock.now)
      await scene.clock.pass(waits.at(-1) ?? 0)
    }
    const steps = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]
    expect(waits).toEqual(steps.map((step) => step * 0.999))
    scene.random = 0.25
    await settle()
    await scene.clock.pass(30_000)
    expect((scene.state.retryAt ?? 0) - scene.clock.now).toBeLessThanOrEqual(7_500)
  })

  test('the waits begin small again after ten seconds online, and not before', async () => {
    const scene = new Scene()
    scene.random = 0.999
    await scene.enter()
    const wait = () => Math.round((scene.state.retryAt ?? 0) - scene.clock.now)
    for (const expected of [500, 999, 1998]) {
      await scene.clock.pass(9_000)
      scene.socket.drop()
      await settle()
      expect(wait()).toBe(Math.round(expected === 500 ? 499.5 : expected))
      await scene.clock.pass(3_000)
      await scene.admit()
    }
    await scene.clock.pass(10_000)
    scene.socket.drop()
    await settle()
    expect(wait()).toBe(500)
  })

  test('the state says whether another connect would try at once', async () => {
    const scene = new Scene()
    await scene.enter()
    expect(scene.state.retryNow).toBe(false)
    scene.socket.drop()
    await settle()
    expect(scene.state.retryNow).toBe(true)
    const told = new Scene()
    told.answer = () => problem(503, 'unavailable', { retry_after: 7 })
    told.client.connect()
    await settle()
    expect(told.state).toMatchObject({ retryAt: expect.any(Number), retryNow: false })
  })

  test('a signal of the network or the person, or another connect, ends the wait', async () => {
    const scene = new Scene()
    await scene.enter()
    for (const back of [() => scene.signal(), () => void scene.client.connect()]) {
      scene.socket.drop()
      await settle()
      const before = scene.sockets.length
      back()
      await settle()
      expect(scene.sockets).toHaveLength(before + 1)
      await scene.admit()
    }
  })

  test('a live event that skips one is not taken: it comes back for what is missing', async () => {
    const scene = new Scene()
    await scene.enter()
    await scene.tell(scene.room.say('one'))
    const missed = scene.room.say('missed')
    await scene.tell(scene.room.say('three'))
    expect(scene.state.status).toBe('reconnecting')
    expect(scene.texts).toEqual(['one'])
    await scene.clock.pass(1_000)
    expect(scene.socket.address.search).toBe('?epoch=e1&since=1')
    const [, , three] = scene.room.messages
    await scene.admit(
      { event: 'new_message', data: missed.data },
      ...(three ? [{ event: 'new_message' as const, data: three }] : []),
    )
    expect(scene.texts).toEqual(['one', 'missed', 'three'])
  })

  test('a live event that comes again is not taken either, nor what came with it', async () => {
    const scene = new Scene()
    await scene.enter()
    const one = scene.room.say('one')
    await scene.tell(one)
    const typing = { event: 'user_typing' as const, data: { user_id: bo.id, username: 'Bo' } }
    await scene.tell(one, typing)
    expect(scene.state).toMatchObject({ status: 'reconnecting', typing: [] })
  })

  test('a room that asks to leave is left within the time, and met again from where it was', async () => {
    const scene = new Scene()
    await scene.enter()
    await scene.tell(scene.room.say('one'), { event: 'reconnect', data: { after_ms: 8_000 } })
    scene.random = 0
    await scene.clock.pass(3_999)
    expect(scene.state.status).toBe('online')
    await scene.clock.pass(1)
    expect(scene.sockets[0]?.closed).toBe(true)
    expect(scene.socket.address.search).toBe('?epoch=e1&since=1')
    await scene.admit()
    await scene.clock.pass(20_000)
    expect(scene.state.status).toBe('online')
  })

  test('a line that was to be left, and broke before, does not take the next one with it', async () => {
    const scene: Scene = new Scene({
      getToken: ({ renew }) => {
        if (renew) throw new Error('offline')
        return 't0'
      },
    })
    await scene.enter()
    const token_expires_at = new Date(scene.clock.now + minute).toISOString()
    await scene.tell({ event: 'reconnect', data: { after_ms: 8_000 } })
    // A failed renewal has a timer of its own.
    await scene.tell({ event: 'token_expiring', data: { token_expires_at } })
    await scene.dropAndRetry()
    await scene.admit()
    await scene.clock.pass(8_000)
    expect(scene.sockets).toHaveLength(2)
    expect(scene.state.status).toBe('online')
  })

  test('an event that this client does not know counts as well', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.room.seq++
    await scene.tell({ event: 'something_new' as never, data: {} as never, seq: scene.room.seq })
    await scene.tell(scene.room.say('one'))
    expect(scene.texts).toEqual(['one'])
    expect(scene.state.status).toBe('online')
  })
})

describe('a close with', () => {
  async function closedWith(code: number): Promise<Scene> {
    const scene = new Scene()
    await scene.enter()
    scene.socket.drop(code)
    await settle()
    return scene
  }

  const codes = Object.entries(closeCodes).map(([code, { advice }]) => ({
    code: Number(code),
    advice,
  }))
  const advised = (advice: string) =>
    codes.filter((row) => row.advice === advice).map(({ code }) => code)

  test.each([1000, 1001, 1005, 1006, 1011, ...advised('reconnect')])(
    '%i comes back',
    async (code) => {
      const scene = await closedWith(code)
      expect(scene.state.status).toBe('reconnecting')
      await scene.clock.pass(1_000)
      expect(scene.sockets).toHaveLength(2)
    },
  )

  test.each(advised('wait a minute'))(
    '%i stays away for a minute, whatever signals come',
    async (code) => {
      const scene = await closedWith(code)
      scene.signal()
      scene.client.connect()
      await scene.clock.pass(minute - 1)
      expect(scene.sockets).toHaveLength(1)
      await scene.clock.pass(1_000)
      expect(scene.sockets).toHaveLength(2)
    },
  )

  test.each(advised('do not reconnect'))('%i stops, until it is connected anew', async (code) => {
    const scene = await closedWith(code)
    expect(scene.state.status).toBe('stopped')
    expect(scene.state.stopped).toBe({ 4403: 'refused', 4409: 'replaced' }[code] ?? 'fault')
    scene.signal()
    await scene.clock.pass(10 * minute)
    expect(scene.sockets).toHaveLength(1)
    scene.client.connect()
    await settle()
    expect(scene.sockets).toHaveLength(2)
    expect(scene.state).toMatchObject({ status: 'connecting', stopped: null })
  })

  test('4401 asks once for a new token, and comes back with it', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.token = 't1'
    scene.socket.drop(4401)
    await settle()
    expect(renewals(scene)).toBe(1)
    expect(tokens(scene)).toEqual(['bearer.t0', 'bearer.t1'])
    await scene.admit()
    scene.socket.drop(4401)
    await settle()
    expect(renewals(scene)).toBe(2)
    expect(scene.state.status).toBe('reconnecting')
  })

  test('4401 of the new token too stops', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.socket.drop(4401)
    await settle()
    scene.socket.open()
    scene.socket.drop(4401)
    await settle()
    expect(scene.state).toMatchObject({ status: 'stopped', stopped: 'signed_out' })
    expect(renewals(scene)).toBe(1)
  })
})

describe('the token', () => {
  test('that is not there stops at once', async () => {
    const scene = new Scene()
    scene.token = null
    const arrival = scene.client.connect()
    await expect(arrival).rejects.toMatchObject({ code: 'stopped' })
    expect(scene.state.stopped).toBe('signed_out')
    expect(scene.sockets).toEqual([])
  })

  test('that the history refuses is renewed, once', async () => {
    const scene = new Scene()
    scene.answer = ({ token }) =>
      token === 'Bearer t1' ? undefined : problem(401, 'token_expired')
    scene.client.connect()
    await settle()
    expect(scene.state.stopped).toBe('signed_out')

    const lucky = new Scene({
      getToken: ({ renew }) => {
        if (renew) lucky.token = 't1'
        return lucky.token
      },
    })
    lucky.answer = scene.answer
    await lucky.enter()
    expect(lucky.state.status).toBe('online')
  })

  test('that can’t be had just now is asked for again', async () => {
    let away = true
    const scene = new Scene({
      getToken: () => {
        if (away) throw new Error('offline')
        return 't0'
      },
    })
    const problems: ChatProblem[] = []
    scene.client.on('error', (told) => problems.push(told))
    scene.client.connect()
    await settle()
    expect(problems).toMatchObject([{ code: 'network' }])
    away = false
    await scene.clock.pass(1_000)
    expect(scene.sockets).toHaveLength(1)
  })

  test('is renewed in place a minute before its end, by the room’s clock', async () => {
    const scene = new Scene()
    scene.client.connect()
    await settle()
    scene.socket.open()
    const aDayAhead = scene.clock.now + 24 * 60 * minute
    scene.socket.tell(
      scene.welcome({
        server_time: new Date(aDayAhead).toISOString(),
        token_expires_at: new Date(aDayAhead + 10 * minute).toISOString(),
      }),
      scene.synced,
    )
    scene.token = 't1'
    await scene.clock.pass(9 * minute - 1)
    expect(scene.socket.said('authenticate')).toEqual([])
    await scene.clock.pass(1)
    expect(scene.socket.said('authenticate')).toEqual([{ token: 't1' }])
    await scene.tell({
      event: 'authenticated',
      data: { token_expires_at: new Date(aDayAhead + 20 * minute).toISOString() },
    })
    scene.token = 't2'
    await scene.clock.pass(10 * minute)
    expect(scene.socket.said('authenticate')).toEqual([{ token: 't1' }, { token: 't2' }])
    expect(scene.sockets).toHaveLength(1)
  })

  test('is renewed when the room says that it ends, once however often it says so', async () => {
    const scene = new Scene()
    await scene.enter()
    scene.token = 't1'
    const token_expires_at = new Date(scene.clock.now + minute).toISOString()
    const expiring = { event: 'token_expiring' as const, data: { token_expires_at } }
    await scene.tell(expiring, expiring)
    await scene.tell(expiring)
    expect(scene.socket.said('authenticate')).toEqual([{ token: 't1' }])
  })

  test('whose renewal fails is tried again, and left to its end where there is none', async () => {
    let renewal: () => string | null = () => {
      throw new Error('offline')
    }
    const scene: Scene = new Scene({ getToken: ({ renew }) => (renew ? renewal() : 't0') })
    await scene.enter()
    await scene.clock.pass(59 * minute)
    expect(scene.state.status).toBe('online')
    renewal = () => 't1'
    await scene.clock.pass(10_000)
    expect(scene.socket.said('authenticate')).toEqual([{ token: 't1' }])

    const other: Scene = new Scene({ getToken: ({ renew }) => (renew ? null : 't0') })
    await other.enter()
    await other.clock.pass(59 * minute + 30_000)
    expect(other.state.status).toBe('online')
    other.socket.drop(4401)
    await settle()
    expect(other.state.stopped).toBe('signed_out')
  })

  test('that is renewed for a line that is gone by then is not shown to the next one', async () => {
    for (const outcome of ['token', 'failure']) {
      const renewal = Promise.withResolvers<string>()
      const scene: Scene = new Scene({ getToken: ({ renew }) => (renew ? renewal.promise : 't0') })
      const problems: ChatProblem[] = []
      scene.client.on('error', (told) => problems.push(told))
      await scene.enter()
      await scene.clock.pass(59 * minute)
      await scene.dropAndRetry()
      await scene.admit()
      if (outcome === 'token') renewal.resolve('t1')
      else renewal.reject(new Error('offline'))
      await settle()
      expect(scene.socket.said('authenticate')).toEqual([])
      expect(problems).toEqual([])
    }
  })

  test('that lives shorter than that is renewed in the middle of its life', async () => {
    const scene = new Scene()
    scene.client.connect()
    await settle()
    scene.socket.open()
    const ends = (inMs: number) => new Date(scene.clock.now + inMs).toISOString()
    scene.socket.tell(scene.welcome({ token_expires_at: ends(20_000) }), scene.synced)
    await scene.clock.pass(9_999)
    expect(scene.socket.said('authenticate')).toHaveLength(0)
    await scene.clock.pass(1)
    expect(scene.socket.said('authenticate')).toHaveLength(1)
  })
})

test('a service that asks to stay away is believed for a minute, and one in no number not at all', async () => {
  for (const [retry_after, mostMs] of [
    [1e9, 60_000],
    ['soon', 0],
    [-60, 0],
  ] as const) {
    const scene = new Scene()
    scene.answer = () => problem(503, 'unavailable', { retry_after })
    scene.client.connect()
    await settle()
    expect(Math.round((scene.state.retryAt ?? 0) - scene.clock.now)).toBe(mostMs + 250)
    await scene.clock.pass(mostMs + 249)
    expect(scene.calls).toHaveLength(1)
    await scene.clock.pass(1)
    expect(scene.calls).toHaveLength(2)
  }
})

test('what happens is told as events, in order', async () => {
  const scene = new Scene()
  const told: (ChatStatus | string | null)[] = []
  scene.client.on('status', ({ status, stopped }) => told.push(status, stopped))
  await scene.enter()
  await scene.dropAndRetry()
  await scene.admit()
  scene.socket.drop(4409)
  await settle()
  scene.client.close()
  await settle()
  expect(told.filter((item) => item !== null)).toEqual([
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

test('frames about nobody here do no harm', async () => {
  const scene = new Scene()
  await scene.enter()
  await scene.tell({ event: 'user_left', data: { user_id: bo.id, username: bo.username } })
  await scene.tell({ event: 'message_deleted', data: { message_id: 'none', revision: 2 }, seq: 1 })
  expect(scene.state.status).toBe('online')
})
