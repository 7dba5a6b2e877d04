import { describe, expect, test } from 'vitest'
import { firstIdAt } from '../../src/domain/ids.ts'
import { newPerson, sql, theRoom } from '../support/chat.ts'
import { callWith, platformError, post, refusal, roomThat } from './answers.ts'

describe('a room that fails', () => {
  const someone = async () => ({ authorization: `Bearer ${(await newPerson()).token}` })

  test('ROOMAWAY-1 is asked once more where the platform says that it is safe', async () => {
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

  test('ROOMAWAY-2 gets a new stub for each try', async () => {
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
  ])('ROOMAWAY-3 is not asked again %s', async (_, traits) => {
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
  })

  test('ROOMAWAY-4 that hangs is given up in time', async () => {
    const start = Date.now()
    const page = () => new Promise(() => {})
    await refusal(await callWith({ ROOM: roomThat({ page }) }, '/messages'), 'unavailable')
    expect(Date.now() - start).toBeLessThan(3_000)
  })

  test('ROOMAWAY-6 of the release before is asked no more than it knows', async () => {
    const person = await newPerson()
    const id = firstIdAt(Date.parse('2018-01-01T00:00:00.000Z'))
    await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
      values (${id}, ${person.id}, 'old', '2018-01-01', false, 1)`
    // What the platform says of a call that an object does not have.
    const { nonsense } = theRoom() as unknown as { nonsense: () => Promise<never> }
    const ROOM = roomThat({
      newest: (before: string | null, limit: number) => theRoom().newest(before, limit),
      online: async () => [{ id: person.id, username: person.username }],
      page: () => nonsense(),
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

  test('ROOMAWAY-5 leaves no history: the archive alone would be a page with holes', async () => {
    const page = () => Promise.reject(platformError({}))
    await refusal(await callWith({ ROOM: roomThat({ page }) }, '/messages'), 'unavailable')
  })
})
