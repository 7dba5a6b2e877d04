import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import type { Member, Message } from '../../src/contract/entities.ts'
import type { RoomFrame } from '../../src/contract/frames.ts'
import { Revocations } from '../../src/room/access/revocations.ts'
import { Meta } from '../../src/room/log/meta.ts'
import {
  call,
  callAs,
  flushed,
  newPerson,
  type Person,
  ringUntil,
  Socket,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import type { ChatRoom } from '../support/worker.ts'
import { inOneInstant, openSocket, roomClock } from './inside.ts'

/** The same person in a new session. */
async function newSession(person: Person): Promise<Person> {
  const sessionId = crypto.randomUUID()
  return { ...person, sessionId, token: await tokenFor(person, 3_600, sessionId) }
}

const closeOf = async (token: string) => (await (await Socket.open(token)).closed).code

async function refusal(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as { code: string }).code]
}

const isOnline = async ({ id }: Member) =>
  ((await (await call('/users/online')).json()) as Member[]).some((member) => member.id === id)

const eventsOf = (socket: Socket, { id }: Member) =>
  socket.frames
    .filter(({ data }) => 'user_id' in data && data.user_id === id)
    .map(({ event }) => event)

/** A person of an earlier test may leave in the middle of this one. */
const isOfAnother = ({ data }: RoomFrame, { id }: Member) =>
  'user_id' in data && data.user_id !== id

/** Checks that something holds now, after a hibernation and after a restart of the room. */
async function throughSleepAndRestart(holds: () => Promise<void>): Promise<void> {
  await holds()
  await evictDurableObject(theRoom())
  await holds()
  await abortAllDurableObjects()
  await holds()
}

const say = async (person: Person, content: string) =>
  (await (await callAs(person, 'POST', '/messages', { content })).json()) as Message

/** Does something to the room while a connection is joining, because a gap is running. */
function whileJoining(person: Person, act: (room: ChatRoom) => Promise<void>) {
  return inOneInstant(async (room) => {
    openSocket(room, person)
    const { frames, closed } = openSocket(room, person)
    const done = act(room)
    return { code: await closed, frames, done: await done }
  })
}

describe('a session that has ended', () => {
  it('REVOKE-1 loses its sockets at once, and the others of its user stay', async () => {
    const ada = await newPerson()
    const [ended, other] = [await newSession(ada), await newSession(ada)]
    const tabs = [await Socket.join(ended), await Socket.join(ended, { batching: true })]
    const stays = await Socket.join(other)

    await theRoom().revoke([ended.sessionId])

    for (const tab of tabs) expect((await tab.closed).code).toBe(4401)
    await stays.settle()
    expect(eventsOf(stays, ada)).not.toContain('user_left')
  })

  it('REVOKE-2 loses the socket that waits to be welcomed', async () => {
    const ada = await newPerson()
    const { code, frames } = await whileJoining(ada, (room) => room.revoke([ada.sessionId]))
    expect(code).toBe(4401)
    expect(frames).toEqual([])
  })

  it('REVOKE-3 comes back by no socket and no call, also when the room has slept or restarted', async () => {
    const ada = await newPerson()
    const [ended, other] = [await newSession(ada), await newSession(ada)]
    const { id } = await say(other, 'mine')
    await theRoom().revoke([ended.sessionId])

    await throughSleepAndRestart(async () => {
      expect(await closeOf(ended.token)).toBe(4401)
      for (const [method, path, body] of [
        ['POST', '/messages', { content: 'more' }],
        ['PATCH', `/messages/${id}`, { content: 'changed' }],
        ['DELETE', `/messages/${id}`, undefined],
      ] as const)
        expect(await refusal(await callAs(ended, method, path, body))).toEqual([
          401,
          'session_ended',
        ])
      expect(await theRoom().admits({ member: ada, sessionId: ended.sessionId })).toEqual({
        ok: false,
        refusal: { code: 'session_ended' },
      })
      expect(await theRoom().admits({ member: ada, sessionId: other.sessionId })).toMatchObject({
        ok: true,
      })
      expect((await Socket.join(other)).of('welcome')).toHaveLength(1)
    })
  })

  it('REVOKE-4 is remembered as long as a backup of Postgres could have it, wherever the clock is set', () =>
    runInDurableObject(theRoom(), (_, { storage }) => {
      const caller = { member: { id: 'someone' }, sessionId: crypto.randomUUID() }
      const sessionLifeMs = 30 * 86_400_000
      const until = sessionLifeMs + 65 * 60_000
      testClock.set(0)
      const open = () => new Revocations(storage.sql, roomClock(), sessionLifeMs)
      const revocations = open()
      revocations.revoke([caller.sessionId])

      revocations.removeExpired(until - 1)
      const again = open()
      testClock.set(until - 1)
      expect(again.refusal(caller)).toEqual({ code: 'session_ended' })
      testClock.set(until)
      expect(again.refusal(caller)).toBeNull()

      again.removeExpired(until)
      const left = storage.sql.exec('select * from revocations where until = ?', until).toArray()
      expect(left).toEqual([])
    }))

  it('REVOKE-5 is forgotten within an hour, at a tick', async () => {
    const ada = await newPerson()
    await Socket.join(await newPerson())
    await theRoom().revoke([ada.sessionId])
    const kept = () =>
      runInDurableObject(
        theRoom(),
        (_, { storage }) =>
          storage.sql
            .exec('select 1 from revocations where key = ?', `session:${ada.sessionId}`)
            .toArray().length,
      )
    expect(await kept()).toBe(1)
    await runInDurableObject(theRoom(), (_, { storage }) => {
      storage.sql.exec('update revocations set until = 1')
      const hourAgo = testClock.now() - 3_600_000
      new Meta(storage.sql).set('revocations_pruned_at', hourAgo)
    })
    await evictDurableObject(theRoom())
    await ringUntil(async () => (await kept()) === 0)
  })

  it('REVOKE-6 may be one of thousands that end together', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    const ids = Array.from({ length: 10_000 }, () => crypto.randomUUID() as string)
    await theRoom().revoke([...ids, ada.sessionId])
    expect((await socket.closed).code).toBe(4401)
    for (const sessionId of [ids[0], ids[9_999]] as string[])
      expect((await theRoom().admits({ member: ada, sessionId })).ok).toBe(false)
  })

  it('REVOKE-7 lets its user leave after the grace, as any close does', async () => {
    const ada = await newPerson()
    const watcher = await Socket.join(await newPerson())
    const socket = await Socket.join(ada)
    await theRoom().revoke([ada.sessionId])
    await socket.closed
    const graces = await runInDurableObject(theRoom(), (_, { storage }) =>
      storage.sql
        .exec('select leave_due - left_at as grace from online where user_id = ?', ada.id)
        .toArray(),
    )
    expect(graces).toEqual([{ grace: 5_000 }])
    expect(eventsOf(watcher, ada)).toEqual(['user_joined'])
    await ringUntil(async () => !(await isOnline(ada)))
    while ((await watcher.next('user_left')).data.user_id !== ada.id);
  })
})

describe('someone who is put out', () => {
  afterEach(() => trouble({ part: 'postgres' }))

  it('BAR-1 loses all sockets at once, and others only hear that they left', async () => {
    const ada = await newPerson()
    const watchers = [
      await Socket.join(await newPerson()),
      await Socket.join(await newPerson(), { batching: true }),
    ]
    const tabs = [
      await Socket.join(await newSession(ada)),
      await Socket.join(await newSession(ada), { batching: true }),
    ]
    for (const watcher of watchers) await watcher.settle()
    const before = watchers.map(({ frames }) => frames.length)

    await theRoom().bar(ada.id)

    for (const tab of tabs) expect((await tab.closed).code).toBe(4403)
    expect(await isOnline(ada)).toBe(false)
    for (const [n, watcher] of watchers.entries()) {
      while ((await watcher.next('user_left')).data.user_id !== ada.id);
      expect(watcher.frames.slice(before[n]).filter((frame) => !isOfAnother(frame, ada))).toEqual([
        { event: 'user_left', data: { user_id: ada.id, username: ada.username } },
      ])
    }
  })

  it('BAR-2 loses the socket that waits to be welcomed', async () => {
    const ada = await newPerson()
    const { code, frames } = await whileJoining(ada, (room) => room.bar(ada.id))
    expect(code).toBe(4403)
    expect(frames).toEqual([])
  })

  it('BAR-3 comes back by no socket and no call, also when the room has slept or restarted', async () => {
    const ada = await newPerson()
    const { id } = await say(ada, 'mine')
    await theRoom().bar(ada.id)

    await throughSleepAndRestart(async () => {
      expect(await closeOf(ada.token)).toBe(4403)
      expect(await closeOf((await newSession(ada)).token)).toBe(4403)
      for (const [method, path, body] of [
        ['POST', '/messages', { content: 'more' }],
        ['PATCH', `/messages/${id}`, { content: 'changed' }],
        ['DELETE', `/messages/${id}`, undefined],
      ] as const)
        expect(await refusal(await callAs(ada, method, path, body))).toEqual([
          403,
          'account_inactive',
        ])
    })
    expect(await isOnline(ada)).toBe(false)
  })

  it('BAR-4 comes back when they are let in again', async () => {
    const ada = await newPerson()
    await theRoom().bar(ada.id)
    await theRoom().unbar(ada.id)
    await throughSleepAndRestart(async () => {
      expect((await Socket.join(ada)).of('welcome')).toHaveLength(1)
    })
  })

  it('BAR-8 stays out for good, until they are let in again', async () => {
    const ada = await newPerson()
    await theRoom().bar(ada.id)
    testClock.setAhead(20 * 365 * 86_400_000)
    await Socket.join(await newPerson())
    await evictDurableObject(theRoom())
    const { id: member, username, sessionId } = ada
    const caller = { member: { id: member, username }, sessionId }
    const kept = () =>
      runInDurableObject(theRoom(), (_, { storage }) =>
        storage.sql.exec('select 1 from revocations where key = ?', `user:${ada.id}`).toArray(),
      )
    await runInDurableObject(theRoom(), (room) =>
      room.components.revocations.removeExpired(testClock.now()),
    )
    expect(await kept()).toHaveLength(1)
    expect(await theRoom().admits(caller)).toMatchObject({
      ok: false,
      refusal: { code: 'account_inactive' },
    })
    await theRoom().unbar(ada.id)
    expect(await theRoom().admits(caller)).toMatchObject({ ok: true })
  })

  it('BAR-5 leaves at once even while they have time to come back', async () => {
    const ada = await newPerson()
    const watcher = await Socket.join(await newPerson())
    await (await Socket.join(ada)).close()
    await theRoom().bar(ada.id)
    expect(await isOnline(ada)).toBe(false)
    await watcher.settle()
    expect(eventsOf(watcher, ada)).toEqual(['user_joined', 'user_left'])
  })

  it('BAR-6 changes nothing when their message was still being fetched', async () => {
    const ada = await newPerson()
    const id = `01900000-0000-7000-8000-${crypto.randomUUID().slice(24)}`
    await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
      values (${id}, ${ada.id}, 'old', now(), false, 1)`

    const outcome = await inOneInstant((room) => {
      const edit = room.edit({ member: ada, sessionId: ada.sessionId }, id, 'new')
      void room.bar(ada.id)
      return edit
    })

    expect(outcome).toEqual({ ok: false, refusal: { code: 'account_inactive' } })
    await flushed()
    expect(await sql()`select content from messages where id = ${id}`).toEqual([{ content: 'old' }])
  })

  it('BAR-7 is refused before anything is looked up', async () => {
    const ada = await newPerson()
    await theRoom().bar(ada.id)
    await trouble({ part: 'postgres', fault: 'refuse' })
    const answer = await callAs(ada, 'DELETE', `/messages/${crypto.randomUUID()}`)
    expect(await refusal(answer)).toEqual([403, 'account_inactive'])
  })
})
