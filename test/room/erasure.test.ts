import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import type { Member, Message } from '../../src/contract/entities.ts'
import type { ErasureMode } from '../../src/contract/values.ts'
import { erasedName } from '../../src/contract/values.ts'
import type { ArchiveRow } from '../../src/domain/archive-row.ts'
import { compose, type StoredMessage } from '../../src/domain/message.ts'
import { createReplays } from '../../src/room/broadcast/replay.ts'
import type { Retention } from '../../src/room/log/event-kind.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { Outbox } from '../../src/room/outbox/outbox.ts'
import {
  call,
  callAs,
  flushed,
  newPerson,
  objectOf,
  type Person,
  ringUntil,
  Socket,
  sql,
  theRoom,
  trouble,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import {
  contentBytes,
  inOneInstant,
  messagesOf,
  noAlarm,
  openLog,
  roomClock,
  type TestLog,
} from './inside.ts'

async function say(person: Person, content: string, clientId?: string): Promise<Message> {
  const body = { content, ...(clientId !== undefined && { client_id: clientId }) }
  const answer = await callAs(person, 'POST', '/messages', body)
  expect(answer.status).toBe(201)
  return answer.json()
}

const rowOf = (id: string) =>
  runInDurableObject(theRoom(), (_, { storage }) =>
    storage.sql
      .exec<Record<string, SqlStorageValue>>('select * from messages where id = ?', id)
      .toArray()
      .at(0),
  )

/** All tables of the room's SQLite, as one text. */
const roomContents = () =>
  runInDurableObject(theRoom(), (_, { storage }) =>
    storage.sql
      .exec<{ name: string }>(
        `select name from sqlite_master where type = 'table' and name not like '\\_%' escape '\\'`,
      )
      .toArray()
      .map(({ name }) => JSON.stringify(storage.sql.exec(`select * from "${name}"`).toArray()))
      .join('\n'),
  )

const archived = async (id: string) =>
  (await sql()`select content, is_deleted, revision from messages where id = ${id}`)[0]

/** The part of an erasure that happens in Postgres. */
async function eraseArchive({ id }: Person, remains: ErasureMode): Promise<void> {
  if (remains === 'delete')
    await sql()`update messages set content = '', is_deleted = true, revision = revision + 1
      where user_id = ${id} and not is_deleted`
  await sql()`update users set username = ${erasedName} where id = ${id}`
}

const history = async () =>
  ((await (await call('/messages?limit=100')).json()) as { messages: Message[] }).messages

const positionOf = (socket: Socket) => {
  const { epoch } = (socket.of('welcome')[0] as { data: { epoch: string } }).data
  const seqs = socket.frames.flatMap((frame) => ('seq' in frame && frame.seq ? [frame.seq] : []))
  return { epoch, seq: seqs.at(-1) as number }
}

const resuming = (socket: Socket) => {
  const { epoch, seq } = positionOf(socket)
  return { query: `epoch=${epoch}&since=${seq}` }
}

const erasedFrame = ({ id }: Member, messages: ErasureMode) => ({
  event: 'user_erased',
  data: { user_id: id, username: erasedName, messages },
})

describe('an account that ends', () => {
  afterEach(() => trouble({ part: 'postgres' }))

  it.each(['keep', 'delete'] as const)(
    'ERASE-1 is one event, however many messages there were (%s)',
    async (remains) => {
      const [ada, bo] = [await newPerson(), await newPerson()]
      const socket = await Socket.join(bo)
      const tab = await Socket.join(ada)
      for (const n of [1, 2, 3]) await say(ada, `${n}`)
      await socket.settle()
      const { seq } = positionOf(socket)
      const before = socket.frames.length

      await theRoom().erase(ada.id, remains)

      expect((await tab.closed).code).toBe(4403)
      await socket.next('user_erased')
      const told = socket.frames
        .slice(before)
        .filter(({ data }) => 'user_id' in data && data.user_id === ada.id)
      expect(told).toEqual([
        { event: 'user_left', data: { user_id: ada.id, username: ada.username } },
        { ...erasedFrame(ada, remains), seq: seq + 1 },
      ])
      await say(bo, 'after')
      expect((await socket.next('new_message')).seq).toBe(seq + 2)
      expect((await (await Socket.open(ada.token)).closed).code).toBe(4403)
    },
  )

  it('ERASE-2 leaves its messages without a name, and no trace of it in the room', async () => {
    const ada = await newPerson('unforgettable')
    await Socket.join(ada)
    const message = await say(ada, 'kept', 'client-id-of-ada')
    expect(await roomContents()).toContain('unforgettable')
    expect(await roomContents()).toContain('client-id-of-ada')

    await theRoom().erase(ada.id, 'keep')
    await eraseArchive(ada, 'keep')

    expect(await roomContents()).not.toContain('unforgettable')
    expect(await roomContents()).not.toContain('client-id-of-ada')
    expect((await history()).find(({ id }) => id === message.id)).toMatchObject({
      username: erasedName,
      content: 'kept',
      revision: 1,
    })
    await flushed()
    expect(await archived(message.id)).toMatchObject({ content: 'kept', revision: 1 })
  })

  it('ERASE-3 takes its messages along if so asked, in place and for good', async () => {
    const ada = await newPerson()
    const [written, gone] = [await say(ada, 'written'), await say(ada, 'gone')]
    await callAs(ada, 'DELETE', `/messages/${gone.id}`)
    await flushed()
    const dirty = await say(ada, 'dirty')
    const before = await Promise.all([written, gone, dirty].map(({ id }) => rowOf(id)))

    await theRoom().erase(ada.id, 'delete')
    await eraseArchive(ada, 'delete')

    const after = await Promise.all([written, gone, dirty].map(({ id }) => rowOf(id)))
    expect(after.map((row) => [row?.content, row?.is_deleted, row?.revision])).toEqual([
      ['', 1, 2],
      ['', 1, 2],
      ['', 1, 2],
    ])
    expect(after.map((row) => row?.seq)).toEqual(before.map((row) => row?.seq))
    expect((await history()).filter(({ user_id }) => user_id === ada.id)).toEqual([])

    await flushed()
    for (const { id } of [written, gone, dirty])
      expect(await archived(id)).toEqual({ content: '', is_deleted: true, revision: 2 })
  })

  it('ERASE-4 works while Postgres is away, and once more it changes nothing', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const socket = await Socket.join(bo)
    const written = await say(ada, 'written')
    await flushed()
    await trouble({ part: 'postgres', fault: 'refuse' })
    const dirty = await say(ada, 'dirty')

    await theRoom().erase(ada.id, 'delete')
    const once = await Promise.all([written, dirty].map(({ id }) => rowOf(id)))
    await theRoom().erase(ada.id, 'delete')
    await theRoom().erase(ada.id, 'keep')
    expect(await Promise.all([written, dirty].map(({ id }) => rowOf(id)))).toEqual(once)

    await trouble({ part: 'postgres' })
    await flushed()
    await eraseArchive(ada, 'delete')
    for (const { id } of [written, dirty])
      expect(await archived(id)).toEqual({ content: '', is_deleted: true, revision: 2 })
    await socket.settle()
    expect(socket.of('user_erased')).toHaveLength(1)
  })

  it('ERASE-5 may first keep its messages and then take them along', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const socket = await Socket.join(bo)
    // This holds even if the log has none of the messages, because clients may have some.
    await theRoom().erase(ada.id, 'keep')
    await theRoom().erase(ada.id, 'delete')
    await socket.settle()
    expect(socket.of('user_erased').map(({ data }) => data.messages)).toEqual(['keep', 'delete'])
    const [first, second] = socket.of('user_erased').map(({ seq }) => seq as number)
    expect(second).toBe((first as number) + 1)
  })

  it('ERASE-6 is told to who comes back, after what they missed, and once', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const known = await say(ada, 'known')
    const before = await Socket.join(bo)
    await before.settle()
    const away = resuming(before)
    await before.close()
    const missed = await say(ada, 'missed')
    await callAs(ada, 'PATCH', `/messages/${known.id}`, { content: 'changed' })
    await theRoom().erase(ada.id, 'keep')

    const after = await Socket.join(bo, away)
    expect(after.of('welcome')[0]?.data.resumed).toBe(true)
    const replayed = after.frames.slice(3)
    expect(replayed.map(({ event }) => event)).toEqual([
      'new_message',
      'message_edited',
      'user_erased',
      'synced',
    ])
    expect(replayed[0]?.data).toMatchObject({ id: missed.id, username: erasedName })
    expect(replayed[2]).toEqual(erasedFrame(ada, 'keep'))

    await abortAllDurableObjects()
    const again = await Socket.join(bo, resuming(after))
    expect(positionOf(again)).toEqual(positionOf(after))
    expect(again.frames.map(({ event }) => event)).toEqual([
      'welcome',
      'users_online',
      'room_changed',
      'synced',
    ])
    expect(again.of('welcome')[0]?.data.resumed).toBe(true)
  })

  it('ERASE-7 tells who comes back of deletions, and of no text', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const before = await Socket.join(bo)
    await before.settle()
    const away = resuming(before)
    await before.close()
    const missed = await say(ada, 'a secret')
    await theRoom().erase(ada.id, 'delete')

    const after = await Socket.join(bo, away)
    expect(after.frames.slice(3, -1)).toEqual([
      { event: 'message_deleted', data: { message_id: missed.id, revision: 2 } },
      erasedFrame(ada, 'delete'),
    ])
  })

  it('ERASE-8 has what the operator fetches of it later signed with no name', async () => {
    const ada = await newPerson('unforgettable')
    const id = `01900000-0000-7000-8000-${crypto.randomUUID().slice(24)}`
    await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
      values (${id}, ${ada.id}, 'old', now(), false, 1)`
    await theRoom().erase(ada.id, 'keep')
    await theRoom().removeAny(id)
    expect(await rowOf(id)).toMatchObject({ username: erasedName, revision: 2 })
  })

  it('ERASE-9 has no time of leaving written for it', async () => {
    const ada = await newPerson()
    await Socket.join(ada)
    await theRoom().erase(ada.id, 'keep')
    await ringUntil(async () => {
      const { seq, flushed_seq } = await theRoom().report()
      return seq === flushed_seq
    })
    expect(await sql()`select last_seen from users where id = ${ada.id}`).toEqual([
      { last_seen: null },
    ])
  })
})

describe('an account that ends while the room writes to Postgres', () => {
  it('ERASE-16 has the room write again what it was writing', async () => {
    const ada = await newPerson()
    await flushed()
    const message = await say(ada, 'a secret')

    await inOneInstant((room) => {
      // Each alarm moves the room's time on to its next duty: one of these is the flush.
      for (let n = 0; n < 5; n++) room.alarm()
      return room.erase(ada.id, 'delete')
    })

    await flushed()
    expect(await archived(message.id)).toEqual({ content: '', is_deleted: true, revision: 2 })
  })
})

// ------------------------------------------------------------------ the log and the outbox alone

const ada = { id: '0f0e0d0c-0b0a-4908-8706-050403020100', username: 'ada' }
const bo = { id: '1f0e0d0c-0b0a-4908-8706-050403020100', username: 'bo' }
const start = Date.UTC(2026, 0, 1)
const minute = 60_000
const keep: Retention = { messagesMin: 3, ageMinMs: 10 * minute, eventsMax: 20, stepMax: 1000 }

type Open = () => { log: TestLog; meta: TestLog['meta']; storage: DurableObjectStorage }
let made = 0

/** Makes a log in its own object. `open` reads it again, as after a restart. */
function withLog(work: (open: Open) => void | Promise<void>): Promise<void> {
  return runInDurableObject(objectOf(`erase-${++made}`), (_, { storage }) => {
    migrate(storage)
    // The object has restored what the tests before this one left in Postgres.
    for (const table of ['meta', 'erasures']) storage.sql.exec(`delete from ${table}`)
    return work(() => {
      const log = openLog(storage)
      return { log, meta: log.meta, storage }
    })
  })
}

function append(log: TestLog, author: Member, content: string, at = start): StoredMessage {
  const message = compose(author, content, { id: log.newId(at), clientId: null })
  log.append(message)
  return message
}

/** An archive that answers when the test says so. As in Postgres, the higher revision wins. */
function slowArchive() {
  const rows = new Map<string, StoredMessage>()
  const writes: { land: () => void; refuse: (code: string) => void }[] = []
  return {
    rows,
    writes,
    write: (written: ArchiveRow[]) =>
      new Promise<void>((resolve, reject) => {
        writes.push({
          land() {
            for (const state of messagesOf(written))
              if ((rows.get(state.id)?.revision ?? 0) < state.revision) rows.set(state.id, state)
            resolve()
          },
          refuse: (code) => reject(new Error(code)),
        })
      }),
    find: async () => undefined,
    readFence: async () => undefined,
    expire: async () => 0,
    bytesOf: contentBytes,
    writeLastSeen: async () => {},
    faultCode: (error: unknown) => (error as Error).message,
    /** The same as `eraseArchive`. */
    erase(userId: string) {
      for (const row of rows.values())
        if (row.user_id === userId && !row.is_deleted)
          rows.set(row.id, { ...row, content: '', is_deleted: true, revision: row.revision + 1 })
    },
  }
}

const gone = { content: '', is_deleted: true, revision: 2 }

describe('the log of an account that ends', () => {
  it.each(['before', 'after'] as const)(
    'ERASE-10 wins over a flush that was under way, which lands %s Postgres’s own part',
    (when) =>
      withLog(async (open) => {
        const { log, meta, storage } = open()
        const archive = slowArchive()
        const message = append(log, ada, 'a secret')
        const other = append(log, bo, 'hello')
        const outbox = new Outbox(storage, {
          log,
          meta,
          archive,
          clock: roomClock(),
          alarm: noAlarm,
        })
        const flush = outbox.flush()
        expect(archive.writes).toHaveLength(1)

        log.erase(ada.id, 'delete', start + 1)
        outbox.noteRewrite()
        if (when === 'after') archive.erase(ada.id)
        archive.writes[0]?.land()
        await Promise.resolve()
        if (when === 'before') archive.erase(ada.id)
        await until(() => archive.writes.length === 2)
        archive.writes[1]?.land()
        await flush

        expect(archive.rows.get(message.id)).toMatchObject(gone)
        expect(archive.rows.get(other.id)).toMatchObject({ content: 'hello', revision: 1 })
        expect(outbox.backlog().dirty).toBe(0)
        await outbox.flush()
        expect(outbox.flushedSeq).toBe(3)
      }),
  )

  it('ERASE-11 wins over a retry of what Postgres had refused', () =>
    withLog(async (open) => {
      const { log, meta, storage } = open()
      const archive = slowArchive()
      const message = append(log, ada, 'a secret')
      const outbox = new Outbox(storage, { log, meta, archive, clock: roomClock(), alarm: noAlarm })
      const first = outbox.flush()
      archive.writes[0]?.refuse('23503')
      await first
      expect(outbox.backlog()).toMatchObject({ dirty: 0, deadLetters: 1 })

      outbox.retryDeadLetters(testClock.now())
      const retry = outbox.flush()
      log.erase(ada.id, 'delete', start + 1)
      outbox.noteRewrite()
      archive.writes[1]?.land()
      await retry
      expect(outbox.backlog().deadLetters).toBe(1)

      const again = outbox.flush()
      await until(() => archive.writes.length === 3)
      archive.writes[2]?.land()
      await again
      expect(archive.rows.get(message.id)).toMatchObject(gone)
      expect(outbox.backlog().deadLetters).toBe(0)
    }))

  it('ERASE-12 writes no old text once it has ended, while guilty rows are being found', () =>
    withLog(async (open) => {
      const { log, meta, storage } = open()
      const archive = slowArchive()
      for (const n of [1, 2, 3, 4]) append(log, ada, `secret ${n}`)
      const outbox = new Outbox(storage, { log, meta, archive, clock: roomClock(), alarm: noAlarm })
      const flush = outbox.flush()
      archive.writes[0]?.refuse('23503')
      await until(() => archive.writes.length === 2)
      log.erase(ada.id, 'delete', start + 1)
      outbox.noteRewrite()
      archive.writes[1]?.land()
      await until(() => archive.writes.length === 3)
      archive.writes[2]?.land()
      await flush
      expect(archive.rows.size).toBe(4)
      for (const row of archive.rows.values()) expect(row).toMatchObject(gone)
    }))

  it('ERASE-13 counts the event, which stands in no row, over a restart and for Postgres', () =>
    withLog(async (open) => {
      const { log } = open()
      append(log, ada, 'one')
      log.erase(ada.id, 'keep', start)
      expect(log.position.seq).toBe(2)

      const { log: again, meta, storage } = open()
      expect(again.position).toEqual(log.position)
      expect(createReplays(again)({ epoch: again.epoch, since: 2 })).toEqual([])
      expect(createReplays(again)({ epoch: again.epoch, since: 3 })).toBeNull()
      const archive = slowArchive()
      const outbox = new Outbox(storage, {
        log: again,
        meta,
        archive,
        clock: roomClock(),
        alarm: noAlarm,
      })
      const flush = outbox.flush()
      archive.writes[0]?.land()
      await flush
      expect(outbox.flushedSeq).toBe(2)
      expect(append(again, bo, 'two')).toBeDefined()
      expect(again.position.seq).toBe(3)
      expect(outbox.backlog().dirty).toBe(1)
    }))

  it('ERASE-14 is never forgotten, and no replay is given across the end of retention', () =>
    withLog((open) => {
      const { log, storage } = open()
      const kept = () => storage.sql.exec('select 1 from erasures').toArray().length
      append(log, ada, 'old')
      log.erase(ada.id, 'keep', start + 20 * minute)
      for (let n = 0; n < 9; n++) append(log, bo, `${n}`, start + 20 * minute)
      const { seq } = log.position

      // Events younger than ten minutes are kept.
      log.prune(start + 25 * minute, seq, keep)
      expect(log.prunedSeq).toBe(1)
      log.prune(start + 60 * minute, seq, keep)
      expect(log.prunedSeq).toBe(8)
      expect(kept()).toBe(1)
      expect(createReplays(log)({ epoch: log.epoch, since: 1 })).toBeNull()
      append(log, bo, 'the next day', start + 1500 * minute)
      log.prune(start + 1500 * minute, seq + 1, keep)
      expect(log.prunedSeq).toBeGreaterThan(8)
      expect(kept()).toBe(1)
      expect(open().log.position.seq).toBe(seq + 1)
    }))

  it('ERASE-15 leaves who sent how much, and pages without a gap', () =>
    withLog((open) => {
      const { log } = open()
      for (let n = 0; n < 4; n++) append(log, n % 2 ? ada : bo, `${n}`, start + n)
      log.erase(ada.id, 'delete', start + 10)
      expect(log.messages.sendsSince(start, 100)).toHaveLength(4)
      const { rows, session } = log.tail(null, 50, 0)
      expect(rows.map(({ content }) => content)).toEqual(['2', '0'])
      expect(session.seq).toBe(5)
    }))
})

/** Waits only for promises: if it is not done after a thousand of them, it never will be. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !done(); turn++) await Promise.resolve()
  expect(done()).toBe(true)
}
