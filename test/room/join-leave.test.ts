import { describe, expect, it, vi } from 'vitest'
import type { Member } from '../../src/contract/entities.ts'
import type { RoomFrame } from '../../src/contract/frames.ts'
import { batchAsArray, batchAsSingles } from '../../src/room/broadcast/batch.ts'
import type { Connection } from '../../src/room/connections/connection.ts'
import { newPerson, ringUntil, Socket, theRoom } from '../support/chat.ts'
import { inOneInstant, openSocket, personWithoutAccount } from './inside.ts'

const member = ({ id, username }: Member) => ({ id, username })

const isOfPresence = ({ event }: RoomFrame) =>
  event === 'user_joined' || event === 'user_left' || event === 'users_online'

describe('many who come or go together', () => {
  it.each([
    { comers: 8, hears: 'of each', plainEvents: Array(8).fill('user_joined') },
    { comers: 40, hears: 'who is here now', plainEvents: ['users_online'] },
  ])(
    'LINE-11 of $comers a plain socket hears $hears, before what they say',
    async ({ comers, plainEvents }) => {
      const [observer, author] = [await newPerson(), await newPerson()]
      const plain = await Socket.join(await newPerson())
      const batching = await Socket.join(await newPerson(), { batching: true })
      for (const socket of [plain, batching]) await socket.settle()
      const [plainFrom, batchingFrom] = [plain.frames.length, batching.frames.length]
      const crowd = Array.from({ length: comers }, (_, n) =>
        personWithoutAccount(`one of ${comers}: ${n}`),
      )

      const everyone = await inOneInstant((room) => {
        // From now on a gap is running, if none was running yet.
        void room.send({ member: observer, sessionId: observer.sessionId }, 'they come', 'first')
        for (const person of crowd) openSocket(room, person)
        void room.send({ member: author, sessionId: author.sessionId }, 'they are here', 'last')
        return room.online()
      })
      for (const socket of [plain, batching])
        while ((await socket.next('new_message')).data.content !== 'they are here');

      const received = plain.frames.slice(plainFrom)
      const presence = received.filter(isOfPresence)
      expect(presence.map(({ event }) => event)).toEqual(plainEvents)
      expect(received.at(-1)).toMatchObject({ data: { content: 'they are here' } })
      for (const frame of presence)
        if (frame.event === 'users_online') {
          expect(frame.data).toEqual({ count: everyone.length, users: everyone })
          expect(frame.data.users.slice(-comers)).toEqual(crowd.map(member))
        }
      expect(batching.frames.slice(batchingFrom).filter(isOfPresence)).toEqual(
        crowd.map(({ id, username }) => ({
          event: 'user_joined',
          data: { user_id: id, username },
        })),
      )
    },
  )

  it('LINE-11 of a crowd that goes a plain socket hears who is still here', async () => {
    const plain = await Socket.join(await newPerson())
    const crowd = Array.from({ length: 40 }, (_, n) => personWithoutAccount(`goes: ${n}`))
    await inOneInstant((room, state) => {
      for (let n = 0; n < 40; n++) openSocket(room, personWithoutAccount(`stays: ${n}`))
      for (const person of crowd) openSocket(room, person)
      for (const { id } of crowd)
        for (const socket of state.getWebSockets(id)) room.webSocketClose(socket, 1000)
    })
    await plain.settle()
    const from = plain.frames.length
    const gone = new Set(crowd.map(({ id }) => id))
    const online = () => theRoom().online()
    await ringUntil(async () => (await online()).every(({ id }) => !gone.has(id)))
    const here = await online()
    const received = () => plain.frames.slice(from).filter(isOfPresence)
    const latest = { event: 'users_online', data: { count: here.length, users: here } }
    // The roster comes within a second, as the connection may have got one just before.
    await vi.waitFor(() => expect(received().at(-1)).toEqual(latest), { timeout: 10_000 })
    expect(received().length).toBeLessThan(crowd.length)
  })

  it.each([true, false])(
    'LINE-12 what a socket was sent counts as unread (chat.v1: %s)',
    (batching) => {
      const sent: string[] = []
      const socket = { send: (text: string) => sent.push(text) }
      const connection = {
        socket,
        member: { id: 'ada' },
        batching,
        sentBytes: { total: 0, atSweep: 0, proven: 0 },
      } as unknown as Connection
      const encoded = (json: string) => ({ json, aboutUserId: null })
      const batch = batching
        ? batchAsArray([encoded('"bo"'), encoded('"cy"')])
        : batchAsSingles([encoded(`"${'ö'.repeat(500)}"`)])
      batch.sendTo(connection)
      expect(sent).toHaveLength(1)
      expect(connection.sentBytes.total).toBe(Buffer.byteLength(sent.join()))
    },
  )
})
