import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it, vi } from 'vitest'
import type { Member } from '../../src/contract/entities.ts'
import { Meta } from '../../src/room/meta.ts'
import type { Room } from '../../src/room/room.ts'
import { call, newPerson, ringUntil, Socket, theRoom } from '../support/chat.ts'

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
    await runInDurableObject(theRoom(), async (instance) => {
      const room = instance as unknown as Pick<Room, 'send' | 'sendAway' | 'alarm'>
      // In one instant: the line still rests after what was said.
      const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now())
      const author = { member: { id: ada.id, username: ada.username }, sessionId: ada.sessionId }
      const done = [room.send(author, 'last words', 'c'), room.sendAway(0)]
      room.alarm()
      clock.mockRestore()
      await Promise.all(done)
    })
    expect((await socket.closed).code).toBe(1012)
    expect(socket.frames.slice(-2).map(({ event }) => event)).toEqual(['new_message', 'reconnect'])
  })
})
