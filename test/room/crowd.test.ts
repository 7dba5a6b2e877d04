import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it, vi } from 'vitest'
import type { Room } from '../../src/room/chat-room.ts'
import { theRoom } from '../support/chat.ts'
import { enter, newcomer, takeOverTime } from './inside.ts'

const longest = '😀'.repeat(2_000)
const eachMiB = 120

/** Nearly a MiB of messages, at the pace that every author may keep. */
function talk(room: Room): void {
  for (let n = 0; n < eachMiB / 5; n++) {
    const { id, username, sessionId } = newcomer(`author-${n}`)
    for (let m = 0; m < 5; m++)
      room.send({ member: { id, username }, sessionId }, longest, crypto.randomUUID())
  }
}

const waiting = (state: DurableObjectState) =>
  state.getWebSockets().filter((socket) => socket.deserializeAttachment()?.waiting)

describe('a crowd that missed much', () => {
  it('LINE-5 is told in turns: 8 MiB, then a rest of 80 ms, and nobody misses anything', async () => {
    const { session } = await theRoom().newest(null, 1)
    const clients = await runInDurableObject(theRoom(), async (room, state) => {
      const timers = takeOverTime()
      try {
        enter(room, newcomer('first'))
        talk(room)
        const crowd = Array.from({ length: 12 }, (_, n) =>
          enter(room, newcomer(`newcomer-${n}`), { epoch: session.epoch, since: session.seq }),
        )
        expect(waiting(state)).toHaveLength(12)
        timers.shift()?.run()
        expect(waiting(state)).toHaveLength(3)
        expect(timers).toEqual([{ run: expect.any(Function), ms: expect.any(Number) }])
        expect(timers[0]?.ms).toBeGreaterThanOrEqual(80)

        const { id, username, sessionId } = newcomer('late')
        room.send({ member: { id, username }, sessionId }, 'said meanwhile', 'late')
        const [eager] = waiting(state)
        if (eager) await room.webSocketMessage(eager, '{"event": "ping"}')
        expect(waiting(state)).toHaveLength(2)
        timers.shift()?.run()
        expect(waiting(state)).toHaveLength(0)
        expect(timers).toEqual([])
        return crowd
      } finally {
        vi.restoreAllMocks()
      }
    })
    const ids = (await theRoom().newest(null, eachMiB + 1)).rows.map(({ id }) => id).reverse()
    expect(ids).toHaveLength(eachMiB + 1)
    for (const { frames, until } of clients) {
      const told = () => frames.filter(({ event }) => event === 'new_message')
      await until(() => told().length >= ids.length)
      expect(told().map(({ data }) => (data as { id: string }).id)).toEqual(ids)
      expect(frames[0]).toMatchObject({ event: 'welcome', data: { resumed: true } })
    }
  })
})

describe('a large crowd', () => {
  it('LINE-10 is told in parts of 500; what comes meanwhile goes with it to those who are left', async () => {
    const crowd = Array.from({ length: 600 }, (_, n) => newcomer(`one of a crowd ${n}`))
    const said = ({ frames }: ReturnType<typeof enter>) =>
      frames.flatMap((frame) => (frame.event === 'new_message' ? [frame.data.content] : []))
    await runInDurableObject(theRoom(), async (room, state) => {
      const timers = takeOverTime()
      const restAndGoOn = () => {
        while (timers.length > 0) timers.shift()?.run()
      }
      const say = (text: string) => {
        const { id, username, sessionId } = newcomer('author')
        void room.send({ member: { id, username }, sessionId }, text, text)
      }
      try {
        // Those of the test before are plain: they are told beside these.
        const clients = crowd.map((person) => enter(room, person, null, 'batching'))
        restAndGoOn()
        vi.mocked(Date.now).mockReturnValue(Date.now() + 10_000)

        say('one')
        const [told, untold] = [clients.slice(0, 500), clients.slice(500)]
        await Promise.all(told.map((client) => client.until(() => said(client).length > 0)))
        // What one socket alone is told passes by the line: nothing is on its way before it.
        for (const { id } of crowd.slice(500))
          for (const socket of state.getWebSockets(id))
            await room.webSocketMessage(socket, '{"event": "ping"}')
        for (const client of untold)
          await client.until(() => client.frames.at(-1)?.event === 'pong')
        expect(untold.flatMap(said)).toEqual([])

        say('two')
        const late = enter(room, newcomer('late'))
        timers.shift()?.run()
        say('three')
        restAndGoOn()
        for (const client of clients) {
          await client.until(() => said(client).length > 2)
          expect(said(client)).toEqual(['one', 'two', 'three'])
        }
        await late.until(() => said(late).length > 0)
        expect(said(late)).toEqual(['three'])
      } finally {
        vi.restoreAllMocks()
      }
    })
  })

  it('LOAD-5 connections with chat.v1 are told before plain ones, which are told in parts', async () => {
    const said = ({ frames }: ReturnType<typeof enter>) =>
      frames.flatMap((frame) => (frame.event === 'new_message' ? [frame.data.content] : []))
    await runInDurableObject(theRoom(), async (room) => {
      const timers = takeOverTime()
      const say = (text: string) => {
        const { id, username, sessionId } = newcomer('author')
        void room.send({ member: { id, username }, sessionId }, text, text)
      }
      try {
        const plain = Array.from({ length: 1_100 }, (_, n) => enter(room, newcomer(`plain ${n}`)))
        const batching = enter(room, newcomer('batching'), null, 'batching')
        while (timers.length > 0) timers.shift()?.run()
        vi.mocked(Date.now).mockReturnValue(Date.now() + 10_000)

        say('one')
        say('two')
        timers.shift()?.run()
        await batching.until(() => said(batching).length === 2)
        expect(plain.filter((client) => said(client).length === 0).length).toBeGreaterThan(0)

        while (timers.length > 0) timers.shift()?.run()
        for (const client of plain) {
          await client.until(() => said(client).length === 2)
          expect(said(client)).toEqual(['one', 'two'])
        }
      } finally {
        vi.restoreAllMocks()
      }
    })
  })
})
