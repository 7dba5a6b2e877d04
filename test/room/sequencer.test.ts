import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RoomFrame } from '../../src/contract/frames.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { newPerson, objectOf } from '../support/chat.ts'
import type { ChatRoom } from '../support/worker.ts'
import { deliverMessage, inOneInstant, openLog, openSocket } from './inside.ts'

/** Makes the room fail at these texts, after it has written the row and numbered the event. */
function failAt({ components: { messages } }: ChatRoom, content: string) {
  const append = messages.append.bind(messages)
  return vi.spyOn(messages, 'append').mockImplementation((message) => {
    const seq = append(message)
    if (message.content === content) throw new Error('a fault of the code')
    return seq
  })
}

const isAnswer = ({ event }: RoomFrame) => event === 'new_message' || event === 'error'

describe('a command that throws', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('SEQ-1 costs only its own caller: commands before and after it are applied and numbered on', async () => {
    const [ada, bob, eve] = await Promise.all([newPerson(), newPerson(), newPerson()])
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { received, answer } = await inOneInstant(async (room, state) => {
      const sockets = [ada, bob, eve].map((person) => openSocket(room, person))
      const [first, failed] = sockets
      if (!first || !failed) throw new Error('No sockets')
      failAt(room, 'bad')
      deliverMessage({ room, state }, ada, { content: 'before' })
      deliverMessage({ room, state }, bob, { content: 'bad', client_id: 'again' })
      deliverMessage({ room, state }, eve, { content: 'after' })
      await first.until(() => first.frames.filter(isAnswer).length >= 2)
      await failed.until(() => failed.frames.filter(isAnswer).length >= 3)
      return {
        received: first.frames.filter(isAnswer),
        answer: failed.frames.find(({ event }) => event === 'error'),
      }
    })
    expect(received).toMatchObject([
      { data: { content: 'before' } },
      { data: { content: 'after' } },
    ])
    const [before, after] = received.map((frame) => ('seq' in frame ? frame.seq : undefined))
    expect(after).toBe((before ?? 0) + 1)
    expect(answer).toMatchObject({ data: { code: 'unavailable', client_id: 'again' } })
  })

  it('SEQ-2 leaves nothing behind: the same request succeeds afterwards', async () => {
    const bob = await newPerson()
    const caller = { member: bob, sessionId: bob.sessionId }
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const sent = await inOneInstant(async (room) => {
      const fault = failAt(room, 'bad')
      await expect(room.send(caller, 'bad', 'again')).rejects.toThrow('a fault of the code')
      fault.mockRestore()
      return room.send(caller, 'bad', 'again')
    })
    expect(sent).toMatchObject({ ok: true, value: { fresh: true, message: { content: 'bad' } } })
  })
})

describe('tables of another release', () => {
  it('LOG-10 are accepted if they are one version newer, and no more', () =>
    runInDurableObject(objectOf('newer-tables'), (_, { storage }) => {
      migrate(storage)
      storage.sql.exec('alter table messages add column newer text')
      storage.sql.exec('update schema_version set version = version + 1')
      migrate(storage)
      const log = openLog(storage)
      const id = log.newId(1)
      const message = { id, user_id: 'u', username: 'ada', content: 'kept', updated_at: null }
      log.append({ ...message, is_deleted: false, revision: 1, client_id: null })
      expect(log.find(id)).toMatchObject({ content: 'kept', seq: 1 })
      storage.sql.exec('update schema_version set version = version + 1')
      expect(() => migrate(storage)).toThrow('newer than this release can use')
    }))
})
