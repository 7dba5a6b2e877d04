import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { Connection } from '../../src/room/connections/connection.ts'
import { ConnectionRegistry } from '../../src/room/connections/registry.ts'
import { SlowConsumers } from '../../src/room/connections/slow-consumers.ts'
import { callAs, newPerson, type Person, ringUntil, Socket, theRoom } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { openSocket, roomClock } from './inside.ts'

const minute = 60_000
const MiB = 1024 * 1024

/** Callbacks of a sweep for tests that do not check them. */
const unusedCallbacks = {
  clock: roomClock(),
  closer: { close: () => {} },
  revocations: { blockConnects: () => {} },
  restart: () => {},
}

/** Sweeps the real sockets of some people, after `sent` has set how much each was sent. */
function sweep(
  people: Person[],
  now: number,
  sent: (connection: Connection, slowConsumers: SlowConsumers) => void,
) {
  return runInDurableObject(theRoom(), (_, ctx) => {
    const connections = new ConnectionRegistry(ctx, testClock.now())
    const closeCodes: number[] = []
    const close = (connection: Connection, code: number) => {
      if (people.some(({ id }) => id === connection.member.id)) closeCodes.push(code)
    }
    const slowConsumers = new SlowConsumers({
      ...unusedCallbacks,
      sweptAt: now - minute,
      ctx,
      connections,
      closer: { close },
    })
    for (const { id } of people)
      for (const connection of connections.ofUser(id)) sent(connection, slowConsumers)
    slowConsumers.sweep(now)
    return closeCodes
  })
}

async function joined({ pinging }: { pinging: boolean }): Promise<[Person, Socket]> {
  const person = await newPerson()
  const socket = await Socket.join(person)
  if (pinging) {
    socket.sendRaw('{"event":"ping","data":{}}')
    await socket.next('pong')
  }
  return [person, socket]
}

describe('a socket that nobody reads', () => {
  it.each([
    [true, 2 * MiB, []],
    [true, 2 * MiB + 1, [4408]],
    [false, 8 * MiB, []],
    [false, 8 * MiB + 1, [4408]],
  ])(
    'READ-1 is closed by what was sent since its last ping (pinged: %s, %d bytes)',
    async (pinging, bytes, codes) => {
      const [person] = await joined({ pinging })
      const closeCodes = await sweep([person], testClock.now(), (connection, slowConsumers) => {
        slowConsumers.sweep(testClock.now())
        connection.sentBytes.total = bytes
      })
      expect(closeCodes).toEqual(codes)
    },
  )

  it.each([
    [true, 1.4 * minute, []],
    [true, 1.6 * minute, [4408]],
    [false, 14 * minute, []],
    [false, 16 * minute, [4408]],
  ])(
    'READ-2 is closed by the age of its last ping (pinged: %s, after %d ms)',
    async (pinging, after, codes) => {
      const [person] = await joined({ pinging })
      expect(await sweep([person], testClock.now() + after, () => {})).toEqual(codes)
    },
  )

  it('READ-11 is not closed for its silence by a sweep that comes late, but by the next one', async () => {
    const [person] = await joined({ pinging: true })
    const closeCodes = await runInDurableObject(theRoom(), (_, ctx) => {
      const connections = new ConnectionRegistry(ctx, testClock.now())
      const codes: number[] = []
      const close = (connection: Connection, code: number) => {
        if (connection.member.id === person.id) codes.push(code)
      }
      const now = testClock.now()
      const slowConsumers = new SlowConsumers({
        ...unusedCallbacks,
        sweptAt: now,
        ctx,
        connections,
        closer: { close },
      })
      return [60 * minute, 61 * minute, 62 * minute].map((later) => {
        slowConsumers.sweep(now + later)
        return codes.splice(0)
      })
    })
    expect(closeCodes).toEqual([[], [], [4408]])
  })

  it('READ-13 is closed by the age of its last ping also where that was before the clock was set back', async () => {
    const [person] = await joined({ pinging: true })
    const closeCodes = await runInDurableObject(theRoom(), (_, ctx) => {
      const now = testClock.now()
      for (const connection of new ConnectionRegistry(ctx, now).ofUser(person.id)) {
        const stamp = ctx.getWebSocketAutoResponseTimestamp(connection.socket)?.getTime() ?? 0
        new ConnectionRegistry(ctx, now).recordPing(
          connection,
          { stamp, at: now + 60 * minute },
          -60 * minute,
        )
      }
      // A new registry, as after a hibernation in which the clock was set back.
      const connections = new ConnectionRegistry(ctx, now)
      const codes: number[] = []
      const close = (connection: Connection, code: number) => {
        if (connection.member.id === person.id) codes.push(code)
      }
      const slowConsumers = new SlowConsumers({
        ...unusedCallbacks,
        sweptAt: now,
        ctx,
        connections,
        closer: { close },
      })
      return [1, 2].map((minutes) => {
        slowConsumers.sweep(now + minutes * minute)
        return codes.splice(0)
      })
    })
    expect(closeCodes).toEqual([[], [4408]])
  })

  it('READ-3 proves itself by the canonical ping, and by no other spelling', async () => {
    const [person, socket] = await joined({ pinging: false })
    socket.sendRaw('{"event": "ping", "data": {}}')
    await socket.next('pong')
    const fill = (connection: Connection) => {
      connection.sentBytes.total = 3 * MiB
    }
    expect(await sweep([person], testClock.now(), fill)).toEqual([])
    expect(await sweep([person], testClock.now() + 16 * minute, fill)).toEqual([4408])
  })

  it('READ-4 is found at the beat, and told to come again', async () => {
    const [, socket] = await joined({ pinging: true })
    let code = 0
    void socket.closed.then((closed) => {
      code = closed.code
    })
    await ringUntil(() => code !== 0)
    expect(code).toBe(4408)
  })

  it('READ-5 that never pinged shares 24 MiB with its like, and who holds the most is closed', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => newPerson()))
    for (const person of people) await Socket.join(person)
    const sizes = [7.5, 0.2, 7.5, 2, 7.5]
    const fill = (connection: Connection) => {
      connection.sentBytes.total = (sizes.pop() ?? 0) * MiB
    }
    expect(await sweep(people, testClock.now(), fill)).toEqual([])
    sizes.push(7.5, 0.2, 7.5, 2, 7.5)
    expect(await sweep(people, testClock.now() + minute, fill)).toEqual([4408])
  })

  it('READ-7 shares 8 MiB with those of its user, and who holds the most is closed', async () => {
    const person = await newPerson()
    for (let n = 0; n < 7; n++) {
      const socket = await Socket.join(person)
      socket.sendRaw('{"event":"ping","data":{}}')
      await socket.next('pong')
    }
    const sizes = [1.9, 1.3, 0.4, 0.4, 1.9, 1.8, 1.9]
    const fill = (connection: Connection) => {
      connection.sentBytes.total = (sizes.pop() ?? 0) * MiB
    }
    expect(await sweep([person], testClock.now(), fill)).toEqual([4408])
    sizes.push(1.2, 1.3, 0.4, 0.4, 1.9, 1.8, 1.3)
    expect(await sweep([person], testClock.now(), fill)).toEqual([])
  })

  describe('whose client does not answer our close', () => {
    type Held = { userId: string; mebibytes: number }

    /** Sweeps so long after the close of sockets that hold so much. Gives the consequences. */
    function sweepClosed(after: number, held: Held[]) {
      const restarts: unknown[] = []
      const blocked: string[] = []
      const now = testClock.now()
      const closing = held.map(({ userId, mebibytes }) => ({
        member: { id: userId, username: userId },
        state: {
          kind: 'closing',
          since: now,
          unprovenBytes: mebibytes * MiB,
          frames: 0,
          frameBytes: 0,
        },
      }))
      const slowConsumers = new SlowConsumers({
        ...unusedCallbacks,
        sweptAt: now,
        ctx: {} as DurableObjectState,
        restart: (why) => restarts.push(why),
        connections: {
          all: () => [],
          closing,
          removeEnded: () => {},
        } as unknown as ConnectionRegistry,
        revocations: { blockConnects: (userIds) => void blocked.push(...userIds) },
      })
      slowConsumers.sweep(now + after)
      return { restarts: restarts.length, blocked }
    }

    it.each([
      [5_000, 25, 0],
      [11_000, 24, 0],
      [11_000, 25, 1],
    ])(
      'READ-6 restarts the room (after %d ms, %d MiB: %d times)',
      async (after, mebibytes, restarts) => {
        expect((await sweepClosed(after, [{ userId: 'ada', mebibytes }])).restarts).toBe(restarts)
      },
    )

    it('READ-8 keeps its user out of the next start, if they hold more than a few tabs do', async () => {
      const tabs = Array.from({ length: 12 }, (_, n) => ({ userId: `${n}`, mebibytes: 2 }))
      const few = [1, 1, 2].map((mebibytes) => ({ userId: 'bo', mebibytes }))
      const many = [2, 2, 1].map((mebibytes) => ({ userId: 'ada', mebibytes }))
      expect(await sweepClosed(11_000, [...tabs, ...few, ...many])).toEqual({
        restarts: 1,
        blocked: ['ada'],
      })
    })
  })

  it('READ-10 holds what it alone was told, too: its repeats that nobody reads', async () => {
    const ada = await newPerson()
    const data = { content: `x${'\u0001'.repeat(1_999)}`, client_id: 'again' }
    const repeat = JSON.stringify({ event: 'send_message', data })
    const code = await runInDurableObject(theRoom(), async (room, state) => {
      const timers = testClock.holdTimers()
      try {
        const tabs = Array.from({ length: 10 }, () => openSocket(room, ada))
        const closed = Promise.race(tabs.map(({ closed }) => closed))
        // The test sends as fast as the limit of repeats allows, and each repeat has 12 KB.
        for (let round = 0; round < 80; round++) {
          for (const socket of state.getWebSockets(ada.id))
            for (let n = 0; n < 2; n++) void room.webSocketMessage(socket, repeat)
          while (timers.length > 0) timers.shift()?.run()
          testClock.moveBy(10_001)
        }
        return await closed
      } finally {
        testClock.reset()
      }
    })
    expect(code).toBe(4408)
  })

  it('READ-12 that is sent more than 32 MiB after its close is ended by a restart', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [mute, watcher] = [await Socket.join(ada), await Socket.join(bo)]
    const sendAfterClose = (frames: string[]) =>
      runInDurableObject(theRoom(), async (room, ctx) => {
        const [socket] = ctx.getWebSockets(ada.id)
        if (!socket) throw new Error('The person has no socket')
        for (const frame of frames) await room.webSocketMessage(socket, frame)
      })
    await sendAfterClose(Array.from({ length: 61 }, () => '{"event": "ping"}'))
    await sendAfterClose(['x'.repeat(32 * MiB)])
    watcher.send('ping')
    await watcher.next('pong')
    await sendAfterClose(['x']).catch(() => {})
    await Promise.all([mute.closed, watcher.closed])
    expect((await (await Socket.open(ada.token)).closed).code).toBe(4429)
  })

  it('READ-9 that talks on after its close is ended by a restart, and its user stays out', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [mute, watcher] = [await Socket.join(ada), await Socket.join(bo)]
    const sendAfterClose = (frames: number) =>
      runInDurableObject(theRoom(), async (room, ctx) => {
        const [socket] = ctx.getWebSockets(ada.id)
        if (!socket) throw new Error('The person has no socket')
        for (let n = 0; n < frames; n++) await room.webSocketMessage(socket, '{"event": "ping"}')
      })
    await sendAfterClose(61)
    await sendAfterClose(599)
    watcher.send('ping')
    await watcher.next('pong')
    await sendAfterClose(1).catch(() => {})
    await Promise.all([mute.closed, watcher.closed])
    expect((await (await Socket.open(ada.token)).closed).code).toBe(4429)
    const back = await Socket.join(bo)
    expect(back.of('welcome')).toHaveLength(1)
    expect((await callAs(ada, 'POST', '/messages', { content: 'by REST' })).status).toBe(201)
  })
})
