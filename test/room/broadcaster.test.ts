import { describe, expect, it } from 'vitest'
import type { RoomFrame } from '../../src/contract/frames.ts'
import { callAs, newPerson, Socket } from '../support/chat.ts'

const frames = (raw: string): RoomFrame[] => [JSON.parse(raw)].flat()

describe('the line', () => {
  it('LINE-1 what comes while it rests goes out together, in order, to clients of chat.v1', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => newPerson()))
    const batching = await Socket.join(await newPerson(), { batching: true })
    const plain = await Socket.join(await newPerson())

    await Promise.all(
      people.flatMap((person) =>
        [1, 2, 3, 4, 5].map((n) => callAs(person, 'POST', '/messages', { content: `${n}` })),
      ),
    )
    for (const socket of [batching, plain])
      while (socket.of('new_message').length < 40) await socket.next('new_message')

    expect(batching.of('new_message')).toEqual(plain.of('new_message'))
    const seqs = batching.of('new_message').map(({ seq }) => seq as number)
    expect(seqs).toEqual(seqs.map((_, n) => (seqs[0] as number) + n))
    expect(batching.raw.length).toBeLessThan(plain.raw.length)
  })

  it('LINE-2 who is let in between two batches misses nothing and hears nothing twice', async () => {
    const talkers = await Promise.all(Array.from({ length: 6 }, () => newPerson()))
    const sockets: Socket[] = []
    const opened = Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const socket = await Socket.open((await newPerson()).token, { batching: n % 2 === 0 })
        sockets.push(socket)
      }),
    )
    await Promise.all(
      talkers.flatMap((person) =>
        [1, 2, 3, 4, 5].map((n) => callAs(person, 'POST', '/messages', { content: `${n}` })),
      ),
    )
    await opened
    for (const socket of sockets) await socket.settle()

    for (const { frames } of sockets) {
      const at = frames.findIndex(({ event }) => event === 'synced')
      const { seq: synced } = frames[at] as { seq: number }
      const live = frames.slice(at + 1).flatMap((frame) => ('seq' in frame ? [frame.seq] : []))
      expect(live).toEqual(live.map((_, n) => synced + 1 + n))
    }
  })

  it('LINE-3 a crowd that arrives together rides in few batches', async () => {
    const watcher = await Socket.join(await newPerson(), { batching: true })
    const crowd = await Promise.all(Array.from({ length: 40 }, () => newPerson()))
    const before = watcher.raw.length
    const sockets = await Promise.all(crowd.map(({ token }) => Socket.open(token)))
    while (watcher.of('user_joined').length < 40) await watcher.next('user_joined')

    const batches = watcher.raw.slice(before).filter((raw) => frames(raw).length > 1)
    expect(batches.length).toBeGreaterThan(0)
    expect(watcher.raw.length - before).toBeLessThan(40)
    for (const socket of sockets) await socket.next('synced')
  })

  it('LINE-4 what one socket alone is told carries no seq and does not wait for the line', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    socket.send('send_message', { content: '1' })
    socket.sendRaw('{"event": "ping"}')
    expect(await socket.next('pong')).not.toHaveProperty('seq')
  })
})
