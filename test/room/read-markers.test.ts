// Marking messages as read: who is told, what is written and when, and what outlives what.

import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ReadMarker } from '../../src/contract/entities.ts'
import type { RoomFrame } from '../../src/contract/frames.ts'
import { firstIdAt } from '../../src/domain/ids.ts'
import {
  callAs,
  flushed,
  newPerson,
  type Person,
  ringUntil,
  Socket,
  say,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import { copyStorage, loseStorage, setBackStorage } from '../support/room-storage.ts'
import { testClock } from '../support/test-clock.ts'
import { newModerator, outcomeOf, restrict } from './moderation/moderators.ts'

type Written = { message_id: string; is_dirty: number }

const put = (person: Person, message_id: string) =>
  callAs(person, 'PUT', '/auth/me/read', { message_id })

async function markerOf(answer: Response): Promise<string | null> {
  expect(answer.status).toBe(200)
  return ((await answer.json()) as ReadMarker).last_read_id
}

const read = async (person: Person) => markerOf(await callAs(person, 'GET', '/auth/me/read'))

const mark = (socket: Socket, message_id: string) => socket.send('mark_read', { message_id })

/** Waits until the room has handled all frames of a connection. */
async function handled(socket: Socket): Promise<void> {
  // In this spelling the platform does not answer by itself.
  socket.sendRaw('{ "event": "ping", "data": {} }')
  await socket.next('pong')
}

const inRoom = ({ id }: Person) =>
  runInDurableObject(
    theRoom(),
    (_, { storage }) =>
      storage.sql
        .exec<Written>('select message_id, is_dirty from read_markers where user_id = ?', id)
        .toArray()[0],
  )

async function inPostgres({ id }: Person): Promise<string | null> {
  const [row] = await sql()`select message_id from read_markers where user_id = ${id}`
  return row?.message_id ?? null
}

/** Runs the alarm until the minute's tick has written the marker. */
const written = (person: Person, id: string) =>
  ringUntil(async () => (await inRoom(person))?.message_id === id)

const marks = ({ frames }: Socket) =>
  frames.flatMap((frame: RoomFrame) =>
    frame.event === 'read_marked' ? [frame.data.message_id] : [],
  )

/** Messages of one person each, so that no limit applies. @returns their ids */
async function messages(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push((await say(await newPerson(), `number ${n}`)).id)
  return ids
}

const three = async () => (await messages(3)) as [string, string, string]

afterEach(() => trouble({ part: 'postgres' }))

describe('a read marker', () => {
  it('MARK-1 A marker never goes back, whichever connection or call brings an older message', async () => {
    const [first, second, third] = await three()
    const ada = await newPerson()
    expect(await markerOf(await put(ada, second))).toBe(second)
    expect(await markerOf(await put(ada, first))).toBe(second)
    const [one, other] = [await Socket.join(ada), await Socket.join(ada)]
    mark(one, third)
    await handled(one)
    mark(other, second)
    mark(other, first)
    await handled(other)
    expect(await read(ada)).toBe(third)
    expect(await markerOf(await put(ada, first))).toBe(third)
    await written(ada, third)
    mark(one, second)
    await handled(one)
    expect(await read(ada)).toBe(third)
    await flushed()
    await sql()`update read_markers set message_id = ${second} where user_id = ${ada.id}`
    expect(await read(ada)).toBe(third)
  })

  it('MARK-2 A marker is never above the newest message, so that it hides none that comes later', async () => {
    const [, , newest] = await three()
    const ada = await newPerson()
    const later = firstIdAt(testClock.now() + 3_600_000)
    expect(await markerOf(await put(ada, later))).toBe(newest)
    const bo = await newPerson()
    const socket = await Socket.join(bo)
    mark(socket, later)
    await handled(socket)
    expect(await read(bo)).toBe(newest)
    await say(await newPerson(), 'later')
    const state = await (await callAs(ada, 'GET', '/auth/me/read')).json()
    expect(state).toEqual({ last_read_id: newest, unread: 1, mentions: 0 })
  })

  it('MARK-3 When a marker rises, the other connections of the person are told without `seq`, and nobody else', async () => {
    const [first, second] = await three()
    const [ada, bo] = [await newPerson(), await newPerson()]
    const batching = await Socket.join(ada, { batching: true })
    const [one, other, stranger] = [
      await Socket.join(ada),
      await Socket.join(ada),
      await Socket.join(bo),
    ]
    mark(one, first)
    expect(await other.next('read_marked')).toEqual({
      event: 'read_marked',
      data: { message_id: first },
    })
    mark(other, first)
    await handled(other)
    await put(ada, second)
    await put(ada, first)
    for (const socket of [one, other, batching, stranger]) await socket.settle()
    expect(marks(one)).toEqual([second])
    expect(marks(other)).toEqual([first, second])
    expect(marks(batching)).toEqual([first, second])
    expect(marks(stranger)).toEqual([])
  })

  it('MARK-4 A marker outlives hibernation before it is written, and then also the end of all connections', async () => {
    const [first, second] = await three()
    const [ada, bo] = [await newPerson(), await newPerson()]
    const socket = await Socket.join(ada)
    await put(bo, first)
    mark(socket, second)
    await handled(socket)
    expect(await inRoom(ada)).toBeUndefined()
    await evictDurableObject(theRoom())
    expect(await inRoom(ada)).toBeUndefined()
    expect(await read(ada)).toBe(second)
    mark(socket, first)
    await handled(socket)
    await evictDurableObject(theRoom())
    expect(await markerOf(await put(ada, first))).toBe(second)
    await written(ada, second)

    await abortAllDurableObjects()
    expect(await read(ada)).toBe(second)
    expect(await read(bo)).toBe(first)
  })

  it('MARK-5 A marker is written once a minute however often it rises, in three rows with what the flush writes', async () => {
    const ids = await messages(10)
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    // The first write adds the row, later ones change it.
    mark(socket, ids[0] as string)
    await handled(socket)
    await written(ada, ids[0] as string)
    await flushed()

    const exec = await runInDurableObject(theRoom(), (_, { storage }) =>
      vi.spyOn(Object.getPrototypeOf(storage.sql) as SqlStorage, 'exec'),
    )
    for (const id of ids.slice(1)) mark(socket, id)
    await handled(socket)
    const last = ids.at(-1) as string
    await ringUntil(async () => (await inPostgres(ada)) === last)
    await ringUntil(async () => (await inRoom(ada))?.is_dirty === 0)
    const cursors = exec.mock.results.map(({ value }) => value as SqlStorageCursor<never>)
    const rows = exec.mock.calls.flatMap(([query], at) => {
      const rowsWritten = cursors[at]?.rowsWritten ?? 0
      return /\bread_markers\b/.test(query) && rowsWritten > 0 ? rowsWritten : []
    })
    exec.mockRestore()
    // The row with its mark in the index, and the end of the mark.
    expect(rows).toEqual([2, 1])
    expect(await inRoom(ada)).toEqual({ message_id: last, is_dirty: 0 })
  })

  it('MARK-6 A marker is written when a connection of the person ends, and at once if the person has none', async () => {
    const [first, second, third] = await three()
    const ada = await newPerson()
    await put(ada, first)
    expect((await inRoom(ada))?.message_id).toBe(first)
    const [one, other] = [await Socket.join(ada), await Socket.join(ada)]
    await put(ada, second)
    expect((await inRoom(ada))?.message_id).toBe(first)
    await Promise.all([one.close(), other.close()])
    expect((await inRoom(ada))?.message_id).toBe(second)

    const last = await Socket.join(ada)
    mark(last, third)
    await handled(last)
    await theRoom().revoke([ada.sessionId])
    expect((await last.closed).code).toBe(4401)
    expect((await inRoom(ada))?.message_id).toBe(third)
    await ringUntil(async () => (await inPostgres(ada)) === third)
  })

  it('MARK-7 People who are banned or logged out cannot mark or read their marker; muted ones can', async () => {
    const [first, second] = await three()
    const moderator = await newModerator()
    const [banned, out, muted] = [await newPerson(), await newPerson(), await newPerson()]
    await restrict(moderator, 'ban', banned)
    await restrict(moderator, 'mute', muted)
    await theRoom().revoke([out.sessionId])
    for (const [person, refusal] of [
      [banned, '403 banned'],
      [out, '401 session_ended'],
    ] as const) {
      expect(await outcomeOf(await put(person, first))).toBe(refusal)
      expect(await outcomeOf(await callAs(person, 'GET', '/auth/me/read'))).toBe(refusal)
      expect(await inRoom(person)).toBeUndefined()
    }
    expect(await markerOf(await put(muted, first))).toBe(first)
    const socket = await Socket.join(muted)
    mark(socket, second)
    await handled(socket)
    expect(await read(muted)).toBe(second)
  })

  it('MARK-8 Marks count like other frames: 60 in 10 s from one connection', async () => {
    const [first] = await three()
    const socket = await Socket.join(await newPerson())
    for (let n = 0; n < 61; n++) mark(socket, first)
    expect((await socket.closed).code).toBe(4429)
  })
})

describe('a marker in Postgres', () => {
  it('MARK-9 In Postgres the newer marker wins, and a flush, `rearchive` and a seal write those that wait', async () => {
    const [first, second, third] = await three()
    const [ada, bo] = [await newPerson(), await newPerson()]
    await sql()`insert into read_markers (user_id, message_id) values (${ada.id}, ${second})`
    await put(ada, first)
    await flushed()
    expect(await inPostgres(ada)).toBe(second)

    const socket = await Socket.join(bo)
    mark(socket, second)
    await handled(socket)
    expect(await theRoom().flushNow()).toMatchObject({ ok: true })
    expect(await inPostgres(bo)).toBe(second)

    await sql()`delete from read_markers`
    expect(await theRoom().rearchive()).toMatchObject({ ok: true })
    await flushed()
    expect([await inPostgres(ada), await inPostgres(bo)]).toEqual([first, second])

    mark(socket, third)
    await handled(socket)
    expect(await theRoom().state()).toMatchObject({ dirty: 0 })
    // A seal finds the marker that waits; the room stays open.
    expect(await theRoom().seal()).toMatchObject({
      ok: false,
      refusal: { detail: expect.stringContaining('lacks 1 rows') },
    })
    await flushed()
    expect(await inPostgres(bo)).toBe(third)
  })

  it('MARK-10 A marker that Postgres refuses is a dead letter, holds up no other and is tried again', async () => {
    const [first] = await three()
    const [ada, bo] = [await newPerson(), await newPerson()]
    await runInDurableObject(theRoom(), ({ components }) =>
      components.readMarkerTable.raise([{ userId: ada.id, messageId: '0 is no id' }]),
    )
    await put(bo, first)
    await flushed()
    expect(await inPostgres(bo)).toBe(first)
    const key = { kind: 'read_markers', key: ada.id }
    expect(await theRoom().setAside()).toMatchObject([key])
    await runInDurableObject(theRoom(), (_, { storage }) => {
      storage.sql.exec('update read_markers set message_id = ? where user_id = ?', first, ada.id)
    })
    await theRoom().retrySetAside()
    await ringUntil(async () => (await inPostgres(ada)) === first)
    await flushed()
    expect(await theRoom().setAside()).toEqual([])
  })

  it('MARK-11 Marking needs no Postgres', async () => {
    const [first, second] = await three()
    const ada = await newPerson()
    await trouble({ part: 'postgres', fault: 'refuse' })
    expect(await markerOf(await put(ada, first))).toBe(first)
    const socket = await Socket.join(ada)
    mark(socket, second)
    await handled(socket)
    expect(await read(ada)).toBe(second)
    await trouble({ part: 'postgres' })
    await socket.close()
    await ringUntil(async () => (await inPostgres(ada)) === second)
  })

  it('MARK-12 After an erasure neither the room nor Postgres has a marker, also if a flush brings it late', async () => {
    const [first, second] = await three()
    const [ada, bo] = [await newPerson(), await newPerson()]
    const socket = await Socket.join(ada)
    await put(ada, first)
    await written(ada, first)
    await flushed()
    mark(socket, second)
    await handled(socket)
    await theRoom().erase(ada.id, 'keep')
    expect(await inRoom(ada)).toBeUndefined()
    await evictDurableObject(theRoom())
    expect(await theRoom().lastRead(ada.id)).toBeNull()

    await sql()`update users set erased_at = now(), is_active = false where id = ${bo.id}`
    await runInDurableObject(theRoom(), ({ components }) =>
      components.readMarkerTable.raise([{ userId: bo.id, messageId: first }]),
    )
    await put(await newPerson(), first)
    await flushed()
    expect((await inRoom(bo))?.is_dirty).toBe(0)
    expect(await inPostgres(bo)).toBeNull()
  })

  it('MARK-13 A room that lost its storage, or was set back, gives the marker of Postgres where that is newer', async () => {
    const [first, second, third] = await three()
    const [ada, bo] = [await newPerson(), await newPerson()]
    for (const person of [ada, bo]) await put(person, second)
    await flushed()
    await loseStorage()
    await theRoom().state()
    const renewed = async (person: Person) => ({ ...person, token: await tokenFor(person) })
    const [adaNow, boNow] = [await renewed(ada), await renewed(bo)]
    expect(await read(adaNow)).toBe(second)
    expect(await markerOf(await put(adaNow, first))).toBe(second)
    expect(await read(adaNow)).toBe(second)
    const socket = await Socket.join(boNow)
    mark(socket, first)
    await handled(socket)
    expect(await read(boNow)).toBe(second)
    expect(await markerOf(await put(boNow, third))).toBe(third)
    await socket.close()
    await flushed()
    expect([await inPostgres(ada), await inPostgres(bo)]).toEqual([second, third])

    // The same if the storage is set back to a marker that was not in Postgres then.
    const [cy, erased] = [await newPerson(), await newPerson()]
    await trouble({ part: 'postgres', fault: 'refuse' })
    await put(cy, first)
    await put(erased, first)
    const copy = await copyStorage()
    await trouble({ part: 'postgres' })
    await put(cy, third)
    await flushed()
    await sql()`update users set erased_at = now(), is_active = false where id = ${erased.id}`
    await say(await newPerson(), 'after the copy')
    await flushed()
    await setBackStorage(copy)
    await theRoom().state()
    expect(await theRoom().lastRead(cy.id)).toBe(first)
    expect(await theRoom().lastRead(erased.id)).toBeNull()
    expect(await read(await renewed(cy))).toBe(third)
  })
})
