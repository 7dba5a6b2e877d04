import { describe, expect, test } from 'vitest'
import { firstIdAt } from '../../src/domain/ids.ts'
import { closedMessages } from '../../src/room/rpc.ts'
import { newPerson, sql, theRoom } from '../support/chat.ts'
import { callWith, platformError, post, refusal, roomThat } from './responses.ts'

describe('a room that fails', () => {
  const someone = async () => ({ authorization: `Bearer ${(await newPerson()).token}` })

  test('ROOMAWAY-1 A call to the room that fails is tried once more if the platform says that it is safe', async () => {
    const clientIds: string[] = []
    const message = { id: crypto.randomUUID() }
    const ROOM = roomThat({
      send: async (_author: unknown, _content: unknown, clientId: string) => {
        if (clientIds.push(clientId) === 1) throw platformError({ retryable: true })
        return { ok: true, value: { message, fresh: true } }
      },
    })
    const response = await callWith({ ROOM }, '/messages', post({ content: 'a' }, await someone()))
    expect(response.status).toBe(201)
    expect(clientIds).toHaveLength(2)
    expect(clientIds[0]).toBe(clientIds[1])
  })

  test('ROOMAWAY-2 Each try of a call to the room uses a new stub', async () => {
    let stubs = 0
    const ROOM = {
      getByName: () => {
        stubs++
        return { onlineText: () => Promise.reject(platformError({ retryable: true })) }
      },
    }
    await callWith({ ROOM }, '/users/online')
    expect(stubs).toBe(2)
  })

  test.each([
    ['when it is overloaded', { retryable: true, overloaded: true }],
    ['when nobody knows how far it came', {}],
  ])(
    'ROOMAWAY-3 A call to the room is not tried again if that is not safe: %s',
    async (_, traits) => {
      let asked = 0
      const send = async () => {
        asked++
        throw platformError(traits)
      }
      const init = post({ content: 'a' }, await someone())
      const problem = await refusal(
        await callWith({ ROOM: roomThat({ send }) }, '/messages', init),
        'unavailable',
      )
      expect(problem.detail).toContain('unknown')
      expect(asked).toBe(1)
    },
  )

  test('ROOMAWAY-4 A call to the room that hangs is given up within 3 seconds', async () => {
    const start = Date.now()
    const page = () => new Promise(() => {})
    await refusal(await callWith({ ROOM: roomThat({ page }) }, '/messages'), 'unavailable')
    expect(Date.now() - start).toBeLessThan(3_000)
  })

  test('ROOMAWAY-6 A room of the previous release is asked only for what it knows', async () => {
    const person = await newPerson()
    const id = firstIdAt(Date.parse('2018-01-01T00:00:00.000Z'))
    await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
      values (${id}, ${person.id}, 'old', '2018-01-01', false, 1)`
    // The platform's error for a method that an object does not have.
    const { nonsense } = theRoom() as unknown as { nonsense: () => Promise<never> }
    const ROOM = roomThat({
      newest: (before: string | null, limit: number) => theRoom().newest(before, limit),
      online: async () => [{ id: person.id, username: person.username }],
      historyPage: () => nonsense(),
      overlay: () => nonsense(),
      onlineText: () => nonsense(),
    })
    const answer = await callWith({ ROOM }, '/messages?cursor=2018-01-01T00:00:00.001Z')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ messages: [{ id, content: 'old' }] })
    const { id: userId, username } = person
    const online = await callWith({ ROOM }, '/users/online')
    expect(await online.json()).toEqual([{ id: userId, username }])
  })

  test('ROOMAWAY-7 A call that a room of the release before does not know is refused with `unavailable` and a sentence that says so, and is not tried again', async () => {
    const { nonsense } = theRoom() as unknown as { nonsense: () => Promise<never> }
    let stubs = 0
    const ROOM = {
      getByName: () => {
        stubs++
        return { admits: async () => ({ ok: true, value: null }), edit: () => nonsense() }
      },
    }
    const init = { ...post({ content: 'a' }, await someone()), method: 'PATCH' }
    const path = `/messages/${firstIdAt(Date.now())}`
    const problem = await refusal(await callWith({ ROOM }, path, init), 'unavailable')
    expect(problem.detail).toMatch(/^The room still runs the release before this one/)
    expect(stubs).toBe(1)
  })

  test('ROOMAWAY-5 Without the room there is no history, because the archive alone would have holes', async () => {
    const page = () => Promise.reject(platformError({}))
    await refusal(await callWith({ ROOM: roomThat({ page }) }, '/messages'), 'unavailable')
  })

  test('ROOMAWAY-9 The settings `ROOM_NAME`, `JURISDICTION` and `LOCATION_HINT` say which room is called, and where it is made', async () => {
    const called: unknown[] = []
    const rooms = (jurisdiction: string | null) => ({
      getByName(name: string, options: unknown) {
        called.push([jurisdiction, name, options])
        return { onlineText: async () => ({ tag: null, text: '[]' }) }
      },
      jurisdiction: rooms,
    })
    const ROOM = rooms(null)
    await callWith({ ROOM }, '/users/online')
    const moved = { ROOM_NAME: 'room-2', JURISDICTION: 'eu', LOCATION_HINT: 'weur' }
    await callWith({ ROOM, ...moved }, '/users/online')
    expect(called).toEqual([
      [null, 'room', undefined],
      ['eu', 'room-2', { locationHint: 'weur' }],
    ])
  })

  test.each(['restoring', 'sealed'] as const)(
    'ROOMAWAY-8 A call to a closed room is refused with the reason why it is closed: %s',
    async (reason) => {
      const send = () => Promise.reject(new Error(closedMessages[reason]))
      const init = post({ content: 'a' }, await someone())
      const answer = await callWith({ ROOM: roomThat({ send }) }, '/messages', init)
      expect((await refusal(answer, 'unavailable')).detail).toBe(closedMessages[reason])
    },
  )
})
