import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { Member } from '../../src/contract/entities.ts'
import {
  call,
  flushed,
  newPerson,
  ringUntil,
  Socket,
  sql,
  theRoom,
  tokenFor,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'

const online = async () => (await (await call('/users/online')).json()) as Member[]
const isOnline = async ({ id }: Member) => (await online()).some((member) => member.id === id)
const about = (socket: Socket, { id }: Member) =>
  socket.frames
    .filter(({ data }) => 'user_id' in data && data.user_id === id)
    .map(({ event }) => event)
    .filter((event) => event.startsWith('user_'))

describe('presence', () => {
  it('HERE-1 others hear when the first socket of a user opens, and of no further one', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const watcher = await Socket.join(bo)
    await Socket.join(ada)
    await Socket.join(ada)
    expect((await watcher.next('user_joined')).data).toEqual({
      user_id: ada.id,
      username: ada.username,
    })
    await watcher.settle()
    expect(about(watcher, ada)).toEqual(['user_joined'])
  })

  it('HERE-2 of two tabs one closes: nobody hears of it', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const watcher = await Socket.join(bo)
    const [tab] = [await Socket.join(ada), await Socket.join(ada)]
    await tab.close()
    await ringUntil(async () => (await theRoom().state()).dirty === 0)
    await watcher.settle()
    expect(about(watcher, ada)).toEqual(['user_joined'])
    expect(await isOnline(ada)).toBe(true)
  })

  it('HERE-3 a user whose last socket is gone leaves after the grace, and is seen no more', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const watcher = await Socket.join(bo)
    const socket = await Socket.join(ada)
    await socket.close()
    expect(await isOnline(ada)).toBe(true)

    await ringUntil(async () => !(await isOnline(ada)))

    expect((await watcher.next('user_left')).data.user_id).toBe(ada.id)
  })

  it('HERE-4 a reload within the grace makes no noise', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const watcher = await Socket.join(bo)
    await (await Socket.join(ada)).close()
    await Socket.join(ada)
    await ringUntil(async () => (await theRoom().state()).dirty === 0)
    await watcher.settle()
    expect(about(watcher, ada)).toEqual(['user_joined'])
  })

  it('HERE-5 when a user was last here is written to Postgres', async () => {
    const ada = await newPerson()
    const before = testClock.now()
    await (await Socket.join(ada)).close()
    const lastSeen = async () => {
      const [row] = await sql()`select last_seen from users where id = ${ada.id}`
      return row?.last_seen as string | null
    }
    await ringUntil(async () => (await lastSeen()) !== null)
    const seen = Date.parse((await lastSeen()) as string)
    expect(seen).toBeGreaterThanOrEqual(before)
    expect(seen).toBeLessThanOrEqual(testClock.now())
  })

  it('HERE-6 sockets survive the eviction of the room, and nobody joins or leaves', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const watcher = await Socket.join(bo)
    const socket = await Socket.join(ada)
    await watcher.settle()

    await evictDurableObject(theRoom())

    socket.send('send_message', { content: 'still here' })
    while ((await watcher.next('new_message')).data.content !== 'still here');
    expect(about(watcher, ada)).toEqual(['user_joined'])
    expect(await isOnline(ada)).toBe(true)
  })

  it('HERE-7 after a restart of the room who returns makes no noise, who does not leaves later', async () => {
    const [ada, bo, cy] = [await newPerson(), await newPerson(), await newPerson()]
    for (const person of [ada, bo, cy]) await Socket.join(person)

    await abortAllDurableObjects()

    const watcher = await Socket.join(bo)
    await Socket.join(ada)
    expect(await isOnline(cy)).toBe(true)
    await ringUntil(async () => !(await isOnline(cy)))
    await watcher.settle()
    expect(about(watcher, cy)).toEqual(['user_left'])
    expect(about(watcher, ada)).toEqual([])
  })

  it('HERE-10 an alarm that starts the room again puts nobody out before their time', async () => {
    const ada = await newPerson()
    await Socket.join(ada)
    await abortAllDurableObjects()

    // The mirror in Redis was due, because the person joined.
    expect(await runDurableObjectAlarm(theRoom())).toBe(true)
    expect(await isOnline(ada)).toBe(true)
  })

  it('HERE-8 a token that has expired ends its socket at the next beat', async () => {
    const ada = await newPerson()
    const socket = await Socket.open(await tokenFor(ada, 2))
    await socket.next('synced')
    let code = 0
    void socket.closed.then((closed) => {
      code = closed.code
    })
    await ringUntil(() => code !== 0)
    expect(code).toBe(4401)
  })

  it('HERE-9 who leaves a sleeping room gets the short grace, as long as others stay', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    await Socket.join(await newPerson())
    await flushed()
    await evictDurableObject(theRoom())
    await socket.close()
    const graces = await runInDurableObject(theRoom(), (_, { storage }) =>
      storage.sql
        .exec<{ grace: number | null }>(
          'select leave_due - left_at as grace from online where user_id = ?',
          ada.id,
        )
        .toArray(),
    )
    expect(graces).toEqual([{ grace: 5_000 }])
  })
})
