import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import type { Page } from '../../src/contract/routes/messages.ts'
import { firstIdAt } from '../../src/domain/ids.ts'
import { Revocations } from '../../src/room/access/revocations.ts'
import { ExclusionImport } from '../../src/room/recovery/exclusion-import.ts'
import { readState } from '../../src/room/recovery/restored-state.ts'
import { askRefresh, registered, session } from '../api/accounts.ts'
import {
  call,
  callAs,
  emptyTables,
  flushed,
  newPerson,
  objectOf,
  type Person,
  ringUntil,
  roundTrip,
  Socket,
  say,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import { loseStorage } from '../support/room-storage.ts'
import { testClock } from '../support/test-clock.ts'
import { noAlarm, openLog, roomClock } from './inside.ts'

const minute = 60_000
const day = 24 * 60 * minute

afterEach(() => trouble({ part: 'postgres' }))

async function refusal(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as { code: string }).code]
}

const closeOf = async (token: string) => (await (await Socket.open(token)).closed).code
const history = async () => ((await (await call('/messages')).json()) as Page).messages
const epochOf = (socket: Socket) => socket.of('welcome')[0]?.data.epoch
const isClosed = async () => (await theRoom().state()).closed !== undefined

/** A token that was issued some seconds ago. */
async function earlierToken(person: Person): Promise<Person> {
  testClock.setAhead(-5_000)
  const token = await tokenFor(person, 86_400, person.sessionId)
  testClock.reset()
  return { ...person, token }
}

/** Every call of this room waits for the restore. */
async function restored(): Promise<void> {
  await loseStorage()
  expect(await isClosed()).toBe(false)
}

/** Leaves the log as a release left it that knew nothing of restores. */
async function leaveOlderLog(): Promise<void> {
  await runInDurableObject(theRoom(), async (_, { storage }) => {
    storage.sql.exec(
      "delete from meta where key in ('restored_at', 'generation', 'tokens_valid_from')",
    )
    storage.sql.exec('delete from revocations')
    storage.sql.exec('delete from erasures')
    await storage.sync()
  })
  await abortAllDurableObjects()
}

async function deactivate({ id }: Person): Promise<void> {
  await sql()`update users set is_active = false where id = ${id}`
}

describe('a room that lost its storage', () => {
  it('RESTORE-1 A room that lost its storage has another epoch, the same history, and ids above those of Postgres, wherever the clock is set', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    const before = await say(ada, 'before')
    await flushed()
    await restored()

    testClock.setAhead(-10 * minute)
    await evictDurableObject(theRoom())
    // It takes tokens from the second of its start on, so it starts before they are made.
    await theRoom().state()
    const later = await newPerson()
    const after = await say(later, 'after')
    testClock.reset()
    expect(after.id > before.id).toBe(true)
    expect((await history()).map(({ id }) => id).slice(0, 2)).toEqual([after.id, before.id])
    const position = `epoch=${epochOf(socket)}&since=0`
    const back = await Socket.join(await newPerson(), { query: position })
    expect(back.of('welcome')[0]?.data).toMatchObject({ resumed: false })
    expect(epochOf(back)).not.toBe(epochOf(socket))
    await flushed()
    expect((await theRoom().state()).postgresError).toBeNull()
  })

  it('RESTORE-2 Deactivated and erased accounts stay out when the room lost its storage', async () => {
    const [out, gone] = [await newPerson(), await newPerson()]
    await deactivate(out)
    await sql()`update users set is_active = false, erased_at = now() where id = ${gone.id}`
    await restored()
    for (const person of [out, gone]) {
      // A Worker of the release before sends no time of issue.
      const caller = { member: person, sessionId: person.sessionId }
      const refused = { ok: false, refusal: { code: 'account_inactive' } }
      expect(await theRoom().admits(caller)).toEqual(refused)
      const token = await tokenFor(person)
      expect(await closeOf(token)).toBe(4403)
      expect(
        await refusal(await callAs({ ...person, token }, 'POST', '/messages', { content: 'a' })),
      ).toEqual([403, 'account_inactive'])
    }
  })

  it('RESTORE-3 The room knows again which accounts were erased, and whether their messages were deleted', async () => {
    const [kept, deleted] = [await newPerson(), await newPerson()]
    for (const [person, isDeleted] of [
      [kept, false],
      [deleted, true],
    ] as const)
      await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
        values (${firstIdAt(testClock.now() - minute).slice(0, -12) + person.id.slice(-12)}, ${person.id}, ${isDeleted ? '' : 'kept'}, now(), ${isDeleted}, 2)`
    for (const { id } of [kept, deleted])
      await sql()`update users set is_active = false, erased_at = now() where id = ${id}`
    await restored()
    const { seq } = await theRoom().report()
    const shown = [kept, deleted].map(({ id }) => ({ id, user_id: id, revision: 1 }))
    const { ended } = await theRoom().overlay(shown)
    expect(new Set(ended)).toEqual(
      new Set([
        { user_id: kept.id, remains: 'keep' },
        { user_id: deleted.id, remains: 'delete' },
      ]),
    )
    // No client counts these as events.
    const socket = await Socket.join(await newPerson())
    await say(await newPerson(), 'next')
    expect((await socket.next('new_message')).seq).toBe(seq + 1)
    expect(socket.of('user_erased')).toEqual([])
  })

  it('RESTORE-4 Tokens from before the loss are refused as expired, and those issued since are accepted', async () => {
    const ada = await newPerson()
    await say(ada, 'something')
    await flushed()
    const old = await earlierToken(ada)
    await restored()
    expect(await closeOf(old.token)).toBe(4401)
    for (const [method, path] of [
      ['POST', '/messages'],
      ['POST', '/ws/ticket'],
    ] as const)
      expect(await refusal(await callAs(old, method, path, { content: 'a' }))).toEqual([
        401,
        'token_expired',
      ])
    const renewed = { ...ada, token: await tokenFor(ada, 86_400, ada.sessionId) }
    const socket = await Socket.join(renewed)
    socket.send('authenticate', { token: old.token })
    expect((await socket.next('error')).data.code).toBe('token_expired')
    await say(renewed, 'again')
    // The bound stays, through sleep and restart, and a Worker of the release before is served.
    await evictDurableObject(theRoom())
    await abortAllDurableObjects()
    expect(await closeOf(old.token)).toBe(4401)
    const { issuedAt, ...caller } = { member: ada, sessionId: ada.sessionId, issuedAt: 0 }
    expect((await theRoom().admits(caller)).ok).toBe(true)
    expect((await theRoom().admits({ ...caller, issuedAt })).ok).toBe(false)
  })

  it('RESTORE-5 A session that ended before the loss stays ended', async () => {
    const { email } = await registered()
    testClock.setAhead(-5_000)
    const [ended, other] = [await session(email), await session(email)]
    await callAs({ token: ended.access_token } as Person, 'POST', '/auth/logout', {})
    testClock.reset()
    await say(await newPerson(), 'something')
    await flushed()
    await restored()
    expect(await closeOf(ended.access_token)).toBe(4401)
    expect(await refusal(await askRefresh(ended.refresh_token))).toEqual([401, 'session_ended'])
    expect(await closeOf(other.access_token)).toBe(4401)
    const renewed = (await (await askRefresh(other.refresh_token)).json()) as {
      access_token: string
    }
    await Socket.join({ token: renewed.access_token })
  })

  it('RESTORE-6 Until Postgres has answered, sockets are refused with 1013 and calls with `unavailable`, and `/ready` says why', async () => {
    const ada = await newPerson()
    await trouble({ part: 'postgres', fault: 'refuse' })
    await loseStorage()
    expect(await closeOf(ada.token)).toBe(1013)
    for (const [method, path, body] of [
      ['POST', '/messages', { content: 'a' }],
      ['GET', '/messages', undefined],
    ] as const) {
      const answer = await callAs(ada, method, path, body)
      const problem = (await answer.json()) as { code: string; detail: string }
      expect([answer.status, problem.code]).toEqual([503, 'unavailable'])
      expect(problem.detail).toContain('restore')
    }
    const ready = await call('/ready')
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({
      status: 'unavailable',
      room: { state: 'down', code: 'restoring' },
      dirty: null,
    })
    await evictDurableObject(theRoom())
    expect(await isClosed()).toBe(true)
    await trouble({ part: 'postgres' })
    await ringUntil(async () => !(await isClosed()))
    await say(await newPerson(), 'open')
  })

  it('RESTORE-7 A closed room opens by its alarm alone', async () => {
    await trouble({ part: 'postgres', fault: 'refuse' })
    await loseStorage()
    const alarmOf = () => runInDurableObject(theRoom(), (_, { storage }) => storage.getAlarm())
    expect(await alarmOf()).not.toBeNull()
    await trouble({ part: 'postgres' })
    const open = () => runInDurableObject(theRoom(), (room) => room.isOpen)
    testClock.moveBy(minute)
    await ringUntil(open)
  })

  it('RESTORE-8 The first call of a new service is answered, and tokens from before it stay valid', async () => {
    await emptyTables('messages, room_fences')
    const ada = await earlierToken(await newPerson())
    await loseStorage()
    const socket = await Socket.join(ada)
    socket.send('send_message', { content: 'first', client_id: 'c' })
    expect((await socket.next('new_message')).data.content).toBe('first')
  })

  it('RESTORE-9 A restore that was ended half-way begins again', async () => {
    const [ada, out] = [await newPerson(), await newPerson()]
    const before = await say(ada, 'before')
    await flushed()
    await deactivate(out)
    await trouble({ part: 'postgres', delayMs: 300 })
    await loseStorage()
    for (let kill = 0; kill < 3; kill++) {
      const asked = theRoom()
        .state()
        .catch(() => null)
      await roundTrip()
      await abortAllDurableObjects()
      await asked
    }
    await trouble({ part: 'postgres' })
    expect(await isClosed()).toBe(false)
    const caller = { member: out, sessionId: out.sessionId }
    expect((await theRoom().admits(caller)).ok).toBe(false)
    expect((await say(await newPerson(), 'after')).id > before.id).toBe(true)
  })

  it('RESTORE-10 The start waits for Postgres for a bounded time', async () => {
    await say(await newPerson(), 'something')
    await flushed()
    await trouble({ part: 'postgres', fault: 'hang' })
    await loseStorage()
    const startedAt = Date.now()
    expect((await theRoom().state()).closed).toBe('restoring')
    expect(Date.now() - startedAt).toBeLessThan(8_000)
    await trouble({ part: 'postgres' })
    await ringUntil(async () => !(await isClosed()))
  })

  it('RESTORE-11 A room that wakes with connections asks Postgres nothing', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    await flushed()
    await trouble({ part: 'postgres', fault: 'hang' })
    await evictDurableObject(theRoom())
    const askedAt = Date.now()
    expect((await theRoom().state()).sockets).toBeGreaterThan(0)
    expect(Date.now() - askedAt).toBeLessThan(800)
    await trouble({ part: 'postgres' })
    await socket.close()
  })

  it('RESTORE-12 All accounts that may not come in are read page by page, and a single page in one request', async () => {
    const ids = Array.from({ length: 7 }, (_, n) => `${n}`)
    let asked: (string | null)[] = []
    const source: Parameters<typeof readState>[0] = {
      async readForRestore({ above, limit }) {
        asked.push(above)
        const excluded = ids
          .filter((id) => above === null || id > above)
          .slice(0, limit)
          .map((user_id) => ({ user_id, erased: null }))
        return { newestId: asked.length === 1 ? 'newest' : 'newer', excluded }
      },
      async readRevisions(list) {
        asked.push('revisions')
        return list.map((id) => ({ id, revision: 1 }))
      },
      async readReactionRevisions(list) {
        asked.push('reactions')
        return list.map((id) => ({ id, revision: 2 }))
      },
    }
    const kept = [{ id: 'kept', revision: 1 }]
    const state = await readState(source, { kept, keptReactions: kept, limit: 3 })
    expect(asked).toEqual([null, '2', '5', 'revisions', 'reactions'])
    expect(state.newestId).toBe('newest')
    expect(state.excluded.map(({ user_id }) => user_id)).toEqual(ids)
    expect(state.archived).toEqual(kept)
    expect(state.archivedReactions).toEqual([{ id: 'kept', revision: 2 }])
    asked = []
    await readState(source, { kept: [], keptReactions: [], limit: 100 })
    expect(asked).toEqual([null])
  })
})

describe('a room of the release before', () => {
  it('RESTORE-13 A room of the release before stays open, and learns in the background who may not come in', async () => {
    const [ada, out, gone] = [await newPerson(), await newPerson(), await newPerson()]
    const socket = await Socket.join(ada)
    const { id } = await say(ada, 'kept')
    await flushed()
    await deactivate(out)
    await sql()`update users set is_active = false, erased_at = now() where id = ${gone.id}`
    await trouble({ part: 'postgres', fault: 'refuse' })
    await leaveOlderLog()

    const old = await earlierToken(ada)
    const back = await Socket.join(old)
    expect(epochOf(back)).toBe(epochOf(socket))
    expect((await history()).map((message) => message.id)).toContain(id)
    await say(old, 'open')
    await trouble({ part: 'postgres' })
    const isOut = async (person: Person) =>
      !(await theRoom().admits({ member: person, sessionId: person.sessionId })).ok
    await ringUntil(async () => (await isOut(out)) && (await isOut(gone)))
    expect((await theRoom().overlay([{ id, user_id: gone.id, revision: 1 }])).ended).toHaveLength(1)
    await back.settle()
    expect(back.of('user_erased')).toEqual([])
    expect(await isOut(old)).toBe(false)
  })

  it('RESTORE-14 A ban that is lifted during that import stays lifted', () =>
    runInDurableObject(objectOf('import'), async (_, { storage }) => {
      storage.sql.exec("delete from meta where key = 'restored_at'")
      const log = openLog(storage)
      const clock = roomClock()
      const revocations = new Revocations(storage.sql, clock, minute)
      let active: string[] = []
      const archive = {
        async readForRestore() {
          const excluded = ['out', 'in']
            .filter((id) => !active.includes(id))
            .map((user_id) => ({ user_id, erased: null }))
          if (active.length === 0) revocations.unban('in')
          active = ['in']
          return { newestId: null, excluded }
        },
        readRevisions: async () => [],
        readReactionRevisions: async () => [],
      }
      const { meta, erasures } = log
      const uses = { log, meta, erasures, revocations, archive, clock, alarm: noAlarm }
      const exclusionImport = new ExclusionImport(uses)
      const holder = (id: string) => ({ member: { id }, sessionId: null })
      for (let run = 0; run < 2; run++) {
        expect(exclusionImport.alarmFired(clock.now())).toBe(true)
        await exclusionImport.run()
      }
      expect(revocations.refusal(holder('out'))).toEqual({ code: 'account_inactive' })
      expect(revocations.refusal(holder('in'))).toBeNull()
      expect(exclusionImport.alarmFired(clock.now() + minute)).toBe(false)
    }))
})

describe('a retry after the loss', () => {
  it('RETRY-12 For a day after the loss, a retry is recognised by Postgres, across REST and WebSocket, and another text is refused', async () => {
    const ada = await newPerson()
    const sent = async (client_id: string, content: string, by = ada) =>
      callAs(by, 'POST', '/messages', { content, client_id })
    const [one, two] = [await sent('one', 'a'), await sent('two', 'b')]
    const ids = [((await one.json()) as Message).id, ((await two.json()) as Message).id]
    await flushed()
    await restored()

    const again = { ...ada, token: await tokenFor(ada) }
    const repeated = await sent('one', 'a', again)
    expect([repeated.status, ((await repeated.json()) as Message).id]).toEqual([200, ids[0]])
    expect(await refusal(await sent('one', 'other', again))).toEqual([409, 'client_id_reused'])
    const watcher = await Socket.join(await newPerson())
    const socket = await Socket.join(again)
    socket.send('send_message', { content: 'b', client_id: 'two' })
    expect((await socket.next('new_message')).data.id).toBe(ids[1])
    socket.send('send_message', { content: 'c', client_id: 'three' })
    expect((await watcher.next('new_message')).data.content).toBe('c')
    // The same key of another user is another message.
    expect((await sent('one', 'a', await newPerson())).status).toBe(201)
  })

  it('RETRY-13 While Postgres does not answer then, a send with an unknown `client_id` is refused for the time being', async () => {
    const ada = await newPerson()
    await say(ada, 'something')
    await flushed()
    await restored()
    const again = { ...ada, token: await tokenFor(ada) }
    const socket = await Socket.join(again)
    await trouble({ part: 'postgres', fault: 'refuse' })
    const refused = await callAs(again, 'POST', '/messages', { content: 'a', client_id: 'new' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    socket.send('send_message', { content: 'b', client_id: 'new' })
    expect((await socket.next('error')).data).toMatchObject({
      code: 'unavailable',
      client_id: 'new',
      retry_after_ms: 5_000,
    })
    socket.send('send_message', { content: 'without a key' })
    expect((await socket.next('new_message')).data.content).toBe('without a key')
    await trouble({ part: 'postgres' })
    socket.send('send_message', { content: 'b', client_id: 'new' })
    expect((await socket.next('new_message')).data.content).toBe('b')
  })

  it('RETRY-14 Sends of a user that are looked up stay in their order', async () => {
    await say(await newPerson(), 'something')
    await flushed()
    await restored()
    const socket = await Socket.join(await newPerson())
    await trouble({ part: 'postgres', delayMs: 50 })
    socket.send('send_message', { content: '1', client_id: '1' })
    socket.send('send_message', { content: '2' })
    socket.send('send_message', { content: '3', client_id: '3' })
    socket.send('send_message', { content: '4', client_id: '4' })
    const contents = []
    for (let n = 0; n < 4; n++) contents.push((await socket.next('new_message')).data.content)
    expect(contents).toEqual(['1', '2', '3', '4'])
  })

  it('RETRY-15 A send whose author is banned while it is looked up is not accepted', async () => {
    await say(await newPerson(), 'something')
    await flushed()
    await restored()
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    await trouble({ part: 'postgres', delayMs: 100 })
    socket.send('send_message', { content: 'too late', client_id: '1' })
    await roundTrip()
    await theRoom().bar(ada.id)
    await socket.closed
    await trouble({ part: 'postgres' })
    await say(await newPerson(), 'next')
    expect((await history()).map(({ content }) => content)).not.toContain('too late')
  })

  it('RETRY-16 A day after the loss, sends wait for Postgres no more', async () => {
    await say(await newPerson(), 'something')
    await flushed()
    await restored()
    testClock.moveBy(day)
    const socket = await Socket.join(await newPerson())
    await trouble({ part: 'postgres', fault: 'refuse' })
    socket.send('send_message', { content: 'a', client_id: 'new' })
    expect((await socket.next('new_message')).data.content).toBe('a')
  })
})
