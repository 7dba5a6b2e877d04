import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import type { Page } from '../../src/contract/routes/messages.ts'
import {
  call,
  callAs,
  emptyTables,
  flushed,
  newPerson,
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
import { copyStorage, setBackStorage } from '../support/room-storage.ts'
import { roomSettings } from '../support/worker.ts'

afterEach(() => trouble({ part: 'postgres' }))

const contents = async () =>
  ((await (await call('/messages')).json()) as Page).messages.map(({ content }) => content)
const archived = async () =>
  (await sql()`select content from messages where not is_deleted order by id desc`).map(
    ({ content }) => content as string,
  )
const epoch = async () => (await theRoom().report()).epoch
/** A token from before the start of a restored room is refused, so the room starts first. */
async function renewed(person: Person): Promise<Person> {
  await theRoom().state()
  return { ...person, token: await tokenFor(person) }
}

/** A room whose storage lacks what it wrote to Postgres after a copy was made. */
async function writtenSinceCopy(ada: Person, ...texts: string[]) {
  const copy = await copyStorage()
  for (const text of texts) await say(ada, text)
  await flushed()
  return copy
}

/** Moves all messages out of the way, with a new room. */
async function emptyHistory(): Promise<void> {
  await emptyTables('messages, room_fences')
  await setBackStorage(new Map())
}

describe('a room whose storage was set back', () => {
  it('SETBACK-1 A room finds at its start that its storage was set back: it has another epoch, and shows what Postgres has', async () => {
    await emptyHistory()
    const ada = await newPerson()
    await say(ada, 'before')
    await flushed()
    const before = await epoch()
    const copy = await writtenSinceCopy(ada, 'since 1', 'since 2')
    await setBackStorage(copy)

    expect(await contents()).toEqual(['since 2', 'since 1', 'before'])
    expect(await epoch()).not.toBe(before)
    const bo = await renewed(ada)
    const socket = await Socket.join(bo, { query: `epoch=${before}&since=1` })
    expect(socket.of('welcome')[0]?.data).toMatchObject({ resumed: false })
    await say(bo, 'after')
    await flushed()
    expect(await contents()).toEqual(['after', 'since 2', 'since 1', 'before'])
    expect(await archived()).toEqual(await contents())
    expect((await theRoom().state()).postgresError).toBeNull()
  })

  it('SETBACK-2 A room that was not set back keeps its epoch and its tokens over a restart', async () => {
    const ada = await newPerson()
    await say(ada, 'a')
    await flushed()
    const before = await epoch()
    await abortAllDurableObjects()
    expect(await epoch()).toBe(before)
    await say(ada, 'b')
    await abortAllDurableObjects()
    expect(await epoch()).toBe(before)
  })

  it('SETBACK-12 A copy from before a change of the epoch is found, and nothing of it is shown', async () => {
    await emptyHistory()
    const ada = await newPerson()
    await say(ada, 'before')
    await flushed()
    const copy = await copyStorage()
    roomSettings.generation++
    await abortAllDurableObjects()
    await say(await renewed(ada), 'since')
    await flushed()
    const before = await epoch()
    roomSettings.generation--
    await setBackStorage(copy)

    expect(await contents()).toEqual(['since', 'before'])
    expect(await epoch()).not.toBe(before)
    await say(await renewed(ada), 'after')
    await flushed()
    expect(await archived()).toEqual(['after', 'since', 'before'])
  })

  it('SETBACK-11 A room whose flushes and starts get no answer is not taken for one that was set back', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    await flushed()
    const before = await epoch()
    await trouble({ part: 'postgres', fault: 'lose' })
    for (let start = 0; start < 3; start++) {
      const speaker = await Socket.join(ada).catch(() => socket)
      speaker.send('send_message', { content: `${start}` })
      await speaker.next('new_message')
      await ringUntil(async () => (await theRoom().state()).postgresError !== null)
      await abortAllDurableObjects()
    }
    await trouble({ part: 'postgres' })
    await flushed()
    expect(await epoch()).toBe(before)
  })

  it('SETBACK-3 What the older storage had not written is written, unless Postgres has the same or a newer state', async () => {
    await emptyHistory()
    const ada = await newPerson()
    const edited = await say(ada, 'edited')
    await flushed()
    await trouble({ part: 'postgres', fault: 'refuse' })
    await callAs(ada, 'PATCH', `/messages/${edited.id}`, { content: 'edited once' })
    const written = await say(ada, 'written later')
    const copy = await copyStorage()
    await trouble({ part: 'postgres' })
    await callAs(ada, 'PATCH', `/messages/${edited.id}`, { content: 'edited twice' })
    await flushed()
    // Postgres never got this one, as if it had been a dead letter.
    await sql()`delete from messages where id = ${written.id}`
    await setBackStorage(copy)

    expect(await contents()).toEqual(['written later', 'edited twice'])
    const bo = await renewed(ada)
    const changed = await callAs(bo, 'PATCH', `/messages/${edited.id}`, { content: 'thrice' })
    expect(await changed.json()).toMatchObject({ revision: 4 })
    await flushed()
    expect(await archived()).toEqual(['written later', 'thrice'])
    expect(await contents()).toEqual(['written later', 'thrice'])
  })

  it('SETBACK-4 If Postgres does not answer at the start, the next flush finds it, also when the log has grown meanwhile', async () => {
    await emptyHistory()
    const ada = await newPerson()
    await say(ada, 'before')
    await flushed()
    const before = await epoch()
    const copy = await writtenSinceCopy(ada, 'since')
    await trouble({ part: 'postgres', fault: 'refuse' })
    await setBackStorage(copy)
    const [bo, cy] = [await renewed(ada), await renewed(ada)]
    const socket = await Socket.join(bo)
    for (const text of ['later 1', 'later 2', 'later 3']) await say(cy, text)
    expect(await epoch()).toBe(before)
    // The next start does not take what was said since for what was written.
    await abortAllDurableObjects()
    expect(await epoch()).toBe(before)
    // A flush of which nobody knows whether it wrote proves nothing either.
    const failures = () =>
      runInDurableObject(theRoom(), (room) => room.components.meta.number('flush_failures'))
    const failed = await failures()
    await ringUntil(async () => (await failures()) > failed)
    await trouble({ part: 'postgres' })
    await ringUntil(async () => (await epoch().catch(() => before)) !== before)
    expect((await socket.closed).code).not.toBe(1000)
    await flushed()
    expect(await archived()).toEqual(['later 3', 'later 2', 'later 1', 'since', 'before'])
    expect(await contents()).toEqual(await archived())
  })

  it('SETBACK-5 A start that was ended after it found the set-back goes on', async () => {
    await emptyHistory()
    const ada = await newPerson()
    await say(ada, 'before')
    await flushed()
    await setBackStorage(await writtenSinceCopy(ada, 'since'))
    await trouble({ part: 'postgres', delayMs: 150 })
    for (let kill = 0; kill < 6; kill++) {
      const asked = theRoom()
        .state()
        .catch(() => null)
      for (let trip = 0; trip < 30 * kill; trip++) await roundTrip()
      await abortAllDurableObjects()
      await asked
    }
    await trouble({ part: 'postgres' })
    expect(await contents()).toEqual(['since', 'before'])
    await say(await renewed(ada), 'after')
    await flushed()
    expect(await archived()).toEqual(['after', 'since', 'before'])
  })

  it('SETBACK-6 Bans are those of Postgres, also if the older storage has others', async () => {
    const [in1, out] = [await newPerson(), await newPerson()]
    await say(await newPerson(), 'something')
    await flushed()
    await theRoom().bar(in1.id)
    const copy = await writtenSinceCopy(await newPerson(), 'since')
    await sql()`update users set is_active = false where id = ${out.id}`
    await setBackStorage(copy)
    const admits = async (person: Person) =>
      (await theRoom().admits({ member: person, sessionId: person.sessionId })).ok
    expect([await admits(in1), await admits(out)]).toEqual([true, false])
  })

  it('SETBACK-7 A copy from before the first write to Postgres is found too', async () => {
    await emptyHistory()
    const ada = await newPerson()
    const before = await epoch()
    const copy = await writtenSinceCopy(ada, 'since')
    await trouble({ part: 'postgres', fault: 'refuse' })
    await setBackStorage(copy)
    await say(ada, 'later')
    await trouble({ part: 'postgres' })
    await ringUntil(async () => (await epoch().catch(() => before)) !== before)
    await flushed()
    expect(await archived()).toEqual(['later', 'since'])
  })

  it('SETBACK-8 A message of an account that was erased since has no name and no text', async () => {
    await emptyHistory()
    const [ada, bo] = [await newPerson(), await newPerson()]
    await say(bo, 'other')
    await flushed()
    await trouble({ part: 'postgres', fault: 'refuse' })
    const { id } = await say(ada, 'secret')
    const copy = await copyStorage()
    await trouble({ part: 'postgres' })
    await flushed()
    await sql()`delete from messages where id = ${id}`
    await sql()`update users set is_active = false, erased_at = now() where id = ${ada.id}`
    await say(bo, 'since')
    await flushed()
    await setBackStorage(copy)
    expect(await contents()).toEqual(['since', 'other'])
    await flushed()
    expect(await sql()`select content, is_deleted from messages where id = ${id}`).toEqual([
      { content: '', is_deleted: true },
    ])
  })
})

describe('a higher ROOM_GENERATION', () => {
  it('SETBACK-9 A higher `ROOM_GENERATION` begins a new epoch once, also for a room that wakes with connections', async () => {
    await emptyHistory()
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    await say(ada, 'before')
    await flushed()
    const before = await epoch()
    roomSettings.generation++
    await evictDurableObject(theRoom())
    const after = await epoch()
    expect(after).not.toBe(before)
    expect((await socket.closed).code).toBe(1012)
    expect(await contents()).toEqual(['before'])
    await abortAllDurableObjects()
    expect(await epoch()).toBe(after)
  })

  it('SETBACK-10 A higher `ROOM_GENERATION` takes over from another room of the same name', async () => {
    await emptyHistory()
    const ada = await newPerson()
    await say(ada, 'before')
    await flushed()
    await sql()`update room_fences set epoch = 'other', flushed_seq = 500`
    await say(ada, 'kept')
    await ringUntil(async () => (await theRoom().state()).postgresError === 'other_room')
    roomSettings.generation++
    await abortAllDurableObjects()
    await flushed()
    expect(await archived()).toEqual(['kept', 'before'])
    expect(await contents()).toEqual(['kept', 'before'])
  })
})

describe('a sealed room', () => {
  const seal = () => theRoom().seal()

  it('SEAL-1 A room is not sealed while Postgres lacks a row of it', async () => {
    const ada = await newPerson()
    await flushed()
    const socket = await Socket.join(ada)
    await trouble({ part: 'postgres', fault: 'refuse' })
    socket.send('send_message', { content: 'dirty' })
    await socket.next('new_message')
    const refused = await seal()
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'unavailable' } })
    expect(JSON.stringify(refused)).toContain('lacks 1 rows')
    await trouble({ part: 'postgres' })
    await say(ada, 'open')
    await flushed()
  })

  it('SEAL-2 A sealed room closes its connections, refuses everything and never writes again, also after a restart', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    await say(ada, 'last')
    await flushed()
    const [written] = await sql()`select written_at from room_fences`
    expect(await seal()).toEqual({ ok: true, value: null })
    expect((await socket.closed).code).toBe(1012)
    expect(socket.of('new_message').at(-1)?.data.content).toBe('last')
    const holds = async () => {
      expect((await (await Socket.open(ada.token)).closed).code).toBe(1013)
      const answer = await callAs(ada, 'POST', '/messages', { content: 'a' })
      expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'unavailable' }])
      expect((await call('/messages')).status).toBe(503)
      const ready = await call('/ready')
      expect([ready.status, await ready.json()]).toMatchObject([503, { room: { code: 'sealed' } }])
      const alarm = await runInDurableObject(theRoom(), async (room, { storage }) => {
        room.alarm()
        return storage.getAlarm()
      })
      expect(alarm).toBeNull()
      expect(await seal()).toEqual({ ok: true, value: null })
    }
    await holds()
    await abortAllDurableObjects()
    await holds()
    expect(await sql()`select written_at from room_fences`).toEqual([written])
  })

  it('SEAL-3 Only a higher `ROOM_GENERATION` opens a sealed room', async () => {
    const before = await contents().catch(() => null)
    expect(before).toBeNull()
    roomSettings.generation++
    await abortAllDurableObjects()
    expect((await contents())[0]).toBe('last')
    await say(await newPerson(), 'open again')
    await flushed()
  })
})
