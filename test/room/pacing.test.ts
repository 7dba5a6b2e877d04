import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { theRoom } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import type { ChatRoom } from '../support/worker.ts'
import { openSocket, personWithoutAccount } from './inside.ts'

const longest = '😀'.repeat(2_000)
const eachMiB = 120

/** Sends nearly a MiB of messages, within the limits of each author. */
function sendMuch(room: ChatRoom): void {
  for (let n = 0; n < eachMiB / 5; n++) {
    const { id, username, sessionId } = personWithoutAccount(`author-${n}`)
    for (let m = 0; m < 5; m++)
      room.send({ member: { id, username }, sessionId }, longest, crypto.randomUUID())
  }
}

const joining = (state: DurableObjectState) =>
  state.getWebSockets().filter((socket) => socket.deserializeAttachment()?.waiting)

describe('a crowd that missed much', () => {
  it('LINE-5 is told in turns: 8 MiB, then a rest of 80 ms, and nobody misses anything', async () => {
    const { session } = await theRoom().newest(null, 1)
    const clients = await runInDurableObject(theRoom(), async (room, state) => {
      const timers = testClock.holdTimers()
      try {
        openSocket(room, personWithoutAccount('first'))
        sendMuch(room)
        const crowd = Array.from({ length: 12 }, (_, n) =>
          openSocket(room, personWithoutAccount(`newcomer-${n}`), {
            epoch: session.epoch,
            since: session.seq,
          }),
        )
        expect(joining(state)).toHaveLength(12)
        timers.shift()?.run()
        expect(joining(state)).toHaveLength(3)
        expect(timers).toEqual([{ run: expect.any(Function), ms: expect.any(Number) }])
        expect(timers[0]?.ms).toBeGreaterThanOrEqual(80)

        const { id, username, sessionId } = personWithoutAccount('late')
        room.send({ member: { id, username }, sessionId }, 'said meanwhile', 'late')
        const [eager] = joining(state)
        if (eager) await room.webSocketMessage(eager, '{"event": "ping"}')
        expect(joining(state)).toHaveLength(2)
        timers.shift()?.run()
        expect(joining(state)).toHaveLength(0)
        expect(timers).toEqual([])
        return crowd
      } finally {
        testClock.reset()
      }
    })
    const ids = (await theRoom().newest(null, eachMiB + 1)).rows.map(({ id }) => id).reverse()
    expect(ids).toHaveLength(eachMiB + 1)
    for (const { frames, until } of clients) {
      const received = () => frames.filter(({ event }) => event === 'new_message')
      await until(() => received().length >= ids.length)
      expect(received().map(({ data }) => (data as { id: string }).id)).toEqual(ids)
      expect(frames[0]).toMatchObject({ event: 'welcome', data: { resumed: true } })
    }
  })
})

describe('a large crowd', () => {
  it('LINE-10 is told in parts of 500; what comes meanwhile goes with it to those who are left', async () => {
    const crowd = Array.from({ length: 600 }, (_, n) => personWithoutAccount(`one of a crowd ${n}`))
    const contentsOf = ({ frames }: ReturnType<typeof openSocket>) =>
      frames.flatMap((frame) => (frame.event === 'new_message' ? [frame.data.content] : []))
    await runInDurableObject(theRoom(), async (room, state) => {
      const timers = testClock.holdTimers()
      const runTimers = () => {
        while (timers.length > 0) timers.shift()?.run()
      }
      const say = (text: string) => {
        const { id, username, sessionId } = personWithoutAccount('author')
        void room.send({ member: { id, username }, sessionId }, text, text)
      }
      try {
        // Earlier connections are plain: each step has a limit of its own for those.
        const clients = crowd.map((person) => openSocket(room, person, null, 'batching'))
        runTimers()
        testClock.moveBy(10_000)

        say('one')
        const [first, rest] = [clients.slice(0, 500), clients.slice(500)]
        await Promise.all(first.map((client) => client.until(() => contentsOf(client).length > 0)))
        // A pong does not wait for a broadcast, so a message that was sent before it would have arrived.
        for (const { id } of crowd.slice(500))
          for (const socket of state.getWebSockets(id))
            await room.webSocketMessage(socket, '{"event": "ping"}')
        for (const client of rest) await client.until(() => client.frames.at(-1)?.event === 'pong')
        expect(rest.flatMap(contentsOf)).toEqual([])

        say('two')
        const late = openSocket(room, personWithoutAccount('late'))
        timers.shift()?.run()
        say('three')
        runTimers()
        for (const client of clients) {
          await client.until(() => contentsOf(client).length > 2)
          expect(contentsOf(client)).toEqual(['one', 'two', 'three'])
        }
        await late.until(() => contentsOf(late).length > 0)
        expect(contentsOf(late)).toEqual(['three'])
      } finally {
        testClock.reset()
      }
    })
  })

  it('LOAD-5 connections with chat.v1 are told before plain ones, which are told in parts', async () => {
    const contentsOf = ({ frames }: ReturnType<typeof openSocket>) =>
      frames.flatMap((frame) => (frame.event === 'new_message' ? [frame.data.content] : []))
    await runInDurableObject(theRoom(), async (room) => {
      const timers = testClock.holdTimers()
      const say = (text: string) => {
        const { id, username, sessionId } = personWithoutAccount('author')
        void room.send({ member: { id, username }, sessionId }, text, text)
      }
      try {
        const plain = Array.from({ length: 1_100 }, (_, n) =>
          openSocket(room, personWithoutAccount(`plain ${n}`)),
        )
        const batching = openSocket(room, personWithoutAccount('batching'), null, 'batching')
        while (timers.length > 0) timers.shift()?.run()
        testClock.moveBy(10_000)

        say('one')
        say('two')
        timers.shift()?.run()
        await batching.until(() => contentsOf(batching).length === 2)
        expect(plain.filter((client) => contentsOf(client).length === 0).length).toBeGreaterThan(0)

        while (timers.length > 0) timers.shift()?.run()
        for (const client of plain) {
          await client.until(() => contentsOf(client).length === 2)
          expect(contentsOf(client)).toEqual(['one', 'two'])
        }
      } finally {
        testClock.reset()
      }
    })
  })
})
