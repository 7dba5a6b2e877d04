import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { compose } from '../../src/domain/message.ts'
import { Meta } from '../../src/room/log/meta.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { Outbox } from '../../src/room/outbox/outbox.ts'
import type { Archive } from '../../src/room/ports.ts'
import {
  call,
  callAs,
  flushed,
  newPerson,
  objectOf,
  type Person,
  ringUntil,
  Socket,
  say,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { contentBytes, messagesOf, noAlarm, openLog, roomClock } from './inside.ts'

const archived = async (id: string) =>
  (await sql()`select content, is_deleted, revision, created_at from messages where id = ${id}`)[0]

const author = { id: '0f0e0d0c-0b0a-4908-8706-050403020100', username: 'ada' }

const stateOf = () => theRoom().state()

/** A person with a valid token but no row in Postgres: their messages violate a foreign key. */
async function personWithoutRow(): Promise<Person> {
  const member = { id: crypto.randomUUID(), username: 'ghost' }
  const sessionId = crypto.randomUUID()
  return { ...member, sessionId, token: await tokenFor(member, 86_400, sessionId) }
}

describe('the outbox', () => {
  afterEach(() => trouble({ part: 'postgres' }))

  it('OUT-1 brings messages, edits and deletions to Postgres', async () => {
    const ada = await newPerson()
    const [kept, edited, deleted] = [await say(ada, 'a'), await say(ada, 'b'), await say(ada, 'c')]
    await callAs(ada, 'PATCH', `/messages/${edited.id}`, { content: 'B' })
    await callAs(ada, 'DELETE', `/messages/${deleted.id}`)

    await flushed()

    expect(await archived(kept.id)).toMatchObject({ content: 'a', revision: 1 })
    expect(Date.parse((await archived(kept.id))?.created_at)).toBe(Date.parse(kept.created_at))
    expect(await archived(edited.id)).toMatchObject({ content: 'B', revision: 2 })
    expect(await archived(deleted.id)).toMatchObject({
      content: '',
      is_deleted: true,
      revision: 2,
    })
  })

  it.each(['refuse', 'garbage'] as const)(
    'OUT-2 keeps everything while Postgres fails (%s), sends go on, and it is all written after',
    async (fault) => {
      const ada = await newPerson()
      const socket = await Socket.join(ada)
      await flushed()
      await trouble({ part: 'postgres', fault })

      const messages = [await say(ada, 'one'), await say(ada, 'two')]
      expect((await socket.next('new_message')).data.content).toBe('one')
      await ringUntil(async () => (await stateOf()).postgresError !== null)
      expect((await stateOf()).dirty).toBe(2)
      const ready = await (await call('/ready')).json()
      expect(ready).toMatchObject({ status: 'degraded', dirty: 2, set_aside: 0 })

      await trouble({ part: 'postgres' })
      await flushed()
      for (const { id } of messages) expect(await archived(id)).toBeDefined()
      expect((await stateOf()).postgresError).toBeNull()
    },
  )

  it('OUT-3 writes again what was written when the answer was lost, and doubles nothing', async () => {
    const ada = await newPerson()
    await flushed()
    await trouble({ part: 'postgres', fault: 'lose' })
    const message = await say(ada, 'once')
    await ringUntil(async () => (await stateOf()).postgresError !== null)
    await trouble({ part: 'postgres' })

    await flushed()

    const rows = await sql()`select id from messages where content = 'once' and user_id = ${ada.id}`
    expect(rows).toEqual([{ id: message.id }])
  })

  it('OUT-4 sets aside the one row that Postgres refuses, and writes the others', async () => {
    const [ada, nobody] = [await newPerson(), await personWithoutRow()]
    const good = [await say(ada, 'first')]
    const bad = await say(nobody, 'who am I')
    good.push(await say(ada, 'second'))

    await flushed()

    for (const { id } of good) expect(await archived(id)).toBeDefined()
    expect(await archived(bad.id)).toBeUndefined()
    expect((await stateOf()).setAside).toBeGreaterThanOrEqual(1)
    const page = (await (await call('/messages')).json()) as { messages: Message[] }
    expect(page.messages.map(({ id }) => id)).toContain(bad.id)
  })

  it('OUT-5 tries a row that was set aside again when it is edited', async () => {
    const nobody = await personWithoutRow()
    const message = await say(nobody, 'early')
    await flushed()
    const before = (await stateOf()).setAside
    await sql()`insert into users (id, username, username_canonical, email, email_canonical, password_hash)
      values (${nobody.id}, ${nobody.id}, ${nobody.id}, ${nobody.id}, ${nobody.id}, '-')`

    await callAs(nobody, 'PATCH', `/messages/${message.id}`, { content: 'now I am' })
    await flushed()

    expect(await archived(message.id)).toMatchObject({ content: 'now I am', revision: 2 })
    expect((await stateOf()).setAside).toBe(before - 1)
  })

  it('OUT-6 blames the archive, not the rows, for a table that is missing', async () => {
    const ada = await newPerson()
    await flushed()
    const before = (await stateOf()).setAside
    await sql()`alter table messages rename to messages_away`
    const message = await say(ada, 'patience')
    await ringUntil(async () => (await stateOf()).postgresError === '42P01')
    await sql()`alter table messages_away rename to messages`

    expect((await stateOf()).setAside).toBe(before)
    await flushed()
    expect(await archived(message.id)).toBeDefined()
  })

  it('OUT-7 writes a row again that changed while Postgres was answering', async () => {
    const ada = await newPerson()
    const message = await say(ada, 'before')
    await trouble({ part: 'postgres', delayMs: 300 })
    const written = ringUntil(async () => (await archived(message.id)) !== undefined)
    await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: 'after' })
    await written
    await trouble({ part: 'postgres' })

    await flushed()

    expect(await archived(message.id)).toMatchObject({ content: 'after', revision: 2 })
  })

  it('OUT-8 an evicted room finds its dirty rows again and writes them', async () => {
    const ada = await newPerson()
    await trouble({ part: 'postgres', fault: 'refuse' })
    const message = await say(ada, 'still dirty')
    await ringUntil(async () => (await stateOf()).postgresError !== null)
    await trouble({ part: 'postgres' })

    await evictDurableObject(theRoom())

    await flushed()
    expect(await archived(message.id)).toBeDefined()
  })

  it('OUT-9 a backlog of 10,000 messages is written in a few requests', async () => {
    const ada = await newPerson()
    await flushed()
    const [{ n: before } = { n: 0 }] = await sql()`select count(*)::int as n from messages`
    await runInDurableObject(theRoom(), (_, { storage }) => {
      const log = openLog(storage)
      for (let n = 1; n <= 10_000; n++)
        log.append(compose(ada, 'backlog', { id: log.newId(testClock.now()), clientId: null }))
    })
    await evictDurableObject(theRoom())
    const requests = await countRequests(() => flushed())
    const [{ n: after } = { n: 0 }] = await sql()`select count(*)::int as n from messages`
    expect(Number(after) - Number(before)).toBe(10_000)
    expect(requests).toBeLessThan(10)
  })

  it('OUT-10 an outage in the middle of finding the guilty rows costs nothing of what was found', () =>
    runInDurableObject(objectOf('outbox-10'), async (_, { storage }) => {
      migrate(storage)
      const log = openLog(storage)
      const { meta } = log
      for (let n = 0; n < 200; n++)
        log.append(compose(author, n % 3 ? 'good' : 'bad', { id: log.newId(n), clientId: null }))
      const written = new Set<string>()
      let budget = 0
      const archive: Archive = {
        write: async (rows) => {
          if (budget-- <= 0) throw new Error('away')
          if (messagesOf(rows).some(({ content }) => content === 'bad')) throw new Error('23503')
          for (const { id } of messagesOf(rows)) written.add(id)
        },
        find: async () => undefined,
        readFence: async () => undefined,
        expire: async () => 0,
        bytesOf: contentBytes,
        writeLastSeen: async () => {},
        faultCode: (error) => (error as Error).message,
      }
      const outbox = new Outbox(storage, { log, meta, archive, clock: roomClock(), alarm: noAlarm })
      for (let run = 0; run < 20 && outbox.backlog().dirty > 0; run++) {
        budget = 40
        await outbox.flush()
      }
      expect(outbox.backlog()).toMatchObject({ dirty: 0, deadLetters: 67 })
      expect(written.size).toBe(133)
    }))

  it('OUT-11 a room that slept while Postgres was away tries again when it had meant to', () =>
    runInDurableObject(objectOf('outbox-11'), async (_, { storage }) => {
      migrate(storage)
      const log = openLog(storage)
      const { meta } = log
      log.append(compose(author, 'kept', { id: log.newId(1), clientId: null }))
      const archive: Archive = {
        write: () => Promise.reject(new Error('away')),
        find: async () => undefined,
        readFence: async () => undefined,
        expire: async () => 0,
        bytesOf: contentBytes,
        writeLastSeen: async () => {},
        faultCode: (error) => (error as Error).message,
      }
      const first = new Outbox(storage, { log, meta, archive, clock: roomClock(), alarm: noAlarm })
      await first.flush()
      const due = first.nextDue
      expect(due).toBeGreaterThan(testClock.now())
      const again = new Meta(storage.sql)
      expect(
        new Outbox(storage, { log, meta: again, archive, clock: roomClock(), alarm: noAlarm })
          .nextDue,
      ).toBe(due)
    }))

  it('OUT-21 rows whose kind an earlier release did not archive are archived after a roll-back and forward', () =>
    runInDurableObject(objectOf('outbox-21'), async (_, { storage }) => {
      migrate(storage)
      const log = openLog(storage)
      const { meta } = log
      for (let n = 1; n <= 3; n++)
        log.append(compose(author, `${n}`, { id: log.newId(n), clientId: null }))
      // The release that was rolled back to knew none of the kinds, and passed over all rows.
      meta.set('archived_kinds', '[]')
      meta.set('flushed_seq', 3)
      const written: string[] = []
      const archive: Archive = {
        write: async (rows) => void written.push(...messagesOf(rows).map(({ content }) => content)),
        find: async () => undefined,
        readFence: async () => undefined,
        expire: async () => 0,
        bytesOf: () => 1,
        writeLastSeen: async () => {},
        faultCode: String,
      }
      const open = () =>
        new Outbox(storage, { log, meta, archive, clock: roomClock(), alarm: noAlarm })
      await open().flush()
      expect(written).toEqual(['1', '2', '3'])
      expect(open().backlog().dirty).toBe(0)
    }))
})

/**
 * Neon's protocol does not show the number of requests, so this counts Postgres's transaction ids.
 */
async function countRequests(work: () => Promise<void>): Promise<number> {
  const xid = async () => {
    const [row] = await sql()`select pg_current_xact_id()::text as id`
    return Number(row?.id)
  }
  const before = await xid()
  await work()
  return (await xid()) - before
}
