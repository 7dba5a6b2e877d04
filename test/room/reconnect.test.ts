import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { Member } from '../../src/contract/entities.ts'
import { Meta } from '../../src/room/log/meta.ts'
import { call, newPerson, ringUntil, Socket, theRoom } from '../support/chat.ts'
import { inOneInstant, openSocket } from './inside.ts'

const heardOf = (socket: Socket, { id }: Member) =>
  socket.frames
    .filter(({ data }) => 'user_id' in data && data.user_id === id)
    .map(({ event }) => event)

const isDone = () =>
  runInDurableObject(
    theRoom(),
    (_, { storage }) => new Meta(storage.sql).number('close_stayed_at') === 0,
  )

const isOpen = async (socket: Socket) => {
  socket.sendRaw('{"event": "ping"}')
  return (await socket.next('pong')) !== undefined
}

describe('a reconnect for everyone', () => {
  it('GOAWAY-1 is told to all, with the time they have', async () => {
    const sockets = [
      await Socket.join(await newPerson()),
      await Socket.join(await newPerson(), { batching: true }),
    ]
    await theRoom().sendAway(20_000)
    for (const socket of sockets)
      expect(await socket.next('reconnect')).toEqual({
        event: 'reconnect',
        data: { after_ms: 20_000 },
      })
    expect(await isOpen(sockets[0] as Socket)).toBe(true)
    await ringUntil(isDone)
  })

  it('GOAWAY-2 closes who stayed with 1012, not who came back, and nobody is seen leaving', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [stays, leaves] = [await Socket.join(ada), await Socket.join(bo)]
    await theRoom().sendAway(20_000)
    await leaves.next('reconnect')
    await leaves.close()
    const watcher = await Socket.join(await newPerson())
    const back = await Socket.join(bo)

    await ringUntil(isDone)

    expect((await stays.closed).code).toBe(1012)
    expect(await isOpen(back)).toBe(true)
    await watcher.settle()
    const online = (await (await call('/users/online')).json()) as Member[]
    expect(online.map(({ id }) => id)).toEqual(expect.arrayContaining([ada.id, bo.id]))
    expect([...heardOf(watcher, ada), ...heardOf(watcher, bo)]).toEqual([])
    await ringUntil(() => heardOf(watcher, ada).includes('user_left'))
  })

  it('GOAWAY-3 goes on when the room has slept', async () => {
    const stays = await Socket.join(await newPerson())
    await theRoom().sendAway(20_000)
    await stays.next('reconnect')
    await evictDurableObject(theRoom())
    const back = await Socket.join(await newPerson())
    await ringUntil(isDone)
    expect((await stays.closed).code).toBe(1012)
    expect(await isOpen(back)).toBe(true)
  })

  it('GOAWAY-4 may be at once, and then too all are told first', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    await inOneInstant((room) => {
      const said = room.send({ member: ada, sessionId: ada.sessionId }, 'last words', 'c')
      const sent = room.sendAway(0)
      room.alarm()
      return Promise.all([said, sent])
    })
    expect((await socket.closed).code).toBe(1012)
    expect(socket.frames.slice(-2).map(({ event }) => event)).toEqual(['new_message', 'reconnect'])
  })

  it('GOAWAY-5 is told to who waits to be welcomed, after the welcome', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const events = await inOneInstant(async (room) => {
      const { closed } = openSocket(room, ada)
      const waiting = openSocket(room, bo)
      await Promise.all([room.sendAway(0), closed, waiting.closed])
      return waiting.frames.map(({ event }) => event)
    })
    expect(events.filter((event) => !event.startsWith('user_'))).toEqual([
      'welcome',
      'users_online',
      'room_changed',
      'synced',
      'reconnect',
    ])
  })
})
