import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { compose, type StoredMessage } from '../../src/domain/message.ts'
import { Meta } from '../../src/room/log/meta.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { LastSeen } from '../../src/room/outbox/last-seen.ts'
import { Outbox } from '../../src/room/outbox/outbox.ts'
import type { Archive } from '../../src/room/ports.ts'
import { flushed, newPerson, objectOf, sql, theRoom } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { contentBytes, messagesOf, noAlarm, openLog, roomClock } from './inside.ts'

const author = { id: '0f0e0d0c-0b0a-4908-8706-050403020100', username: 'ada' }

/** Makes a backlog in its own object, and an archive that answers each write with `refusal`. */
async function withBacklog(
  name: string,
  contents: string[],
  refusal: (rows: StoredMessage[]) => string | null,
  work: (room: {
    outbox: Outbox
    /** Makes a new outbox, as after the room's hibernation. */
    reopen: () => Outbox
    written: Set<string>
    seen: Set<string>
    lastSeen: LastSeen
    /** How many rows each write rowCounts. */
    rowCounts: number[]
    storage: DurableObjectStorage
  }) => Promise<void>,
) {
  await runInDurableObject(objectOf(name), async (_, { storage }) => {
    migrate(storage)
    const log = openLog(storage)
    for (const [n, content] of contents.entries())
      log.append(compose(author, content, { id: log.newId(n), clientId: null }))
    const written = new Set<string>()
    const seen = new Set<string>()
    const rowCounts: number[] = []
    const archive: Archive = {
      bytesOf: contentBytes,
      write: async (rows) => {
        rowCounts.push(rows.length)
        const code = refusal(messagesOf(rows))
        if (code !== null) throw new Error(code)
        for (const { content } of messagesOf(rows)) written.add(content)
      },
      find: async () => undefined,
      readFence: async () => undefined,
      expire: async () => 0,
      writeLastSeen: async (entries) => {
        if (entries.length > 30) throw new Error('http_413')
        for (const { user_id } of entries) seen.add(user_id)
      },
      faultCode: (error) => (error as Error).message,
    }
    const reopen = () =>
      new Outbox(storage, {
        log,
        meta: new Meta(storage.sql),
        archive,
        clock: roomClock(),
        alarm: noAlarm,
      })
    const lastSeen = new LastSeen(storage.sql)
    await work({ outbox: reopen(), reopen, written, seen, lastSeen, rowCounts, storage })
  })
}

const numbered = (count: number, text = 'message') =>
  Array.from({ length: count }, (_, n) => `${text} ${n}`)

describe('what the archive refuses', () => {
  it('OUT-12 a batch is measured by the bytes of its request, whatever is in the texts', async () => {
    const ada = await newPerson()
    await flushed()
    // A control character takes seven bytes in the JSON of a request that holds JSON.
    const content = `a${'\u0001'.repeat(1_999)}`
    await runInDurableObject(theRoom(), (_, { storage }) => {
      const log = openLog(storage)
      for (let n = 0; n < 699; n++)
        log.append(compose(ada, content, { id: log.newId(testClock.now()), clientId: null }))
    })
    await evictDurableObject(theRoom())

    await flushed()

    const [{ n } = { n: 0 }] = await sql()`
      select count(*)::int as n from messages where user_id = ${ada.id} and content = ${content}`
    expect(n).toBe(699)
    expect(await theRoom().setAside()).toEqual([])
  })

  it('OUT-20 a dead letter of a kind that this release does not know waits a day and hinders no other', () =>
    withBacklog(
      'refusals-unknown-kind',
      ['good'],
      () => null,
      async ({ outbox, reopen, storage, written }) => {
        storage.sql.exec(
          "insert into set_aside (id, code, retry_at) values ('newer:1', '22003', 0)",
        )
        await reopen().flush()
        expect([...written]).toEqual(['good'])
        expect(outbox.listDeadLetters()).toEqual([])
        const { retry_at } = storage.sql
          .exec<{ retry_at: number }>('select retry_at from set_aside')
          .one()
        expect(retry_at).toBeGreaterThan(testClock.now() + 23 * 3_600_000)
      },
    ))

  it('OUT-13 a request that is too large is halved, and a row that is too large alone is set aside', () => {
    const contents = [...numbered(300, 'x'.repeat(100)), 'too large'.repeat(1_000)]
    const size = (rows: StoredMessage[]) => rows.reduce((sum, row) => sum + row.content.length, 0)
    return withBacklog(
      'refusals-13',
      contents,
      (rows) => (size(rows) > 5_000 ? 'http_413' : null),
      async ({ outbox, written }) => {
        await outbox.flush()
        expect(outbox.backlog()).toMatchObject({ dirty: 0, deadLetters: 1, error: null })
        expect([...written]).toEqual(contents.slice(0, -1))
      },
    )
  })

  it.each(['http_400', 'http_401', 'http_402', 'http_404', 'http_407', 'http_429', 'http_500'])(
    'OUT-14 an answer of %s blames the archive and sets nothing aside',
    (code) =>
      withBacklog(
        `refusals-14-${code}`,
        numbered(20),
        (rows) => (rows.length > 0 ? code : null),
        async ({ outbox, written, rowCounts }) => {
          await outbox.flush()
          expect(outbox.backlog()).toMatchObject({ dirty: 20, deadLetters: 0, error: code })
          expect(rowCounts).toEqual([20])
          expect(written.size).toBe(0)
        },
      ),
  )

  it('OUT-15 a firewall before the archive that refuses a text costs that text alone', () => {
    const contents = [...numbered(100), '<script>', ...numbered(100, 'later')]
    return withBacklog(
      'refusals-15',
      contents,
      (rows) => (rows.some(({ content }) => content === '<script>') ? 'http_403' : null),
      async ({ outbox, written }) => {
        await outbox.flush()
        expect(outbox.backlog()).toMatchObject({ dirty: 0, deadLetters: 1, error: null })
        expect(written.size).toBe(200)
      },
    )
  })

  it('OUT-16 a refusal that a write of no rows meets as well blames the archive', () =>
    withBacklog(
      'refusals-16',
      numbered(50),
      () => 'http_403',
      async ({ outbox }) => {
        await outbox.flush()
        expect(outbox.backlog()).toMatchObject({ dirty: 50, deadLetters: 0, error: 'http_403' })
      },
    ))

  it('OUT-17 a refusal that passes blames nothing', () => {
    let refused = 0
    return withBacklog(
      'refusals-17',
      ['alone'],
      ({ length }) => (length > 0 && refused++ === 0 ? 'http_403' : null),
      async ({ outbox, written }) => {
        await outbox.flush()
        expect(outbox.backlog()).toMatchObject({ dirty: 1, deadLetters: 0, error: 'http_403' })
        await outbox.flush()
        expect(outbox.backlog()).toMatchObject({ dirty: 0, deadLetters: 0, error: null })
        expect([...written]).toEqual(['alone'])
      },
    )
  })

  it('OUT-18 after an outage fewer rows are written at once, then more again, also by a room that slept', () =>
    withBacklog(
      'refusals-18',
      numbered(3_000),
      (rows) => (rows.length > 100 ? 'timeout' : null),
      async ({ reopen, written, rowCounts }) => {
        for (let run = 0; run < 25 && reopen().backlog().dirty > 0; run++) await reopen().flush()
        expect(reopen().backlog()).toMatchObject({ dirty: 0, deadLetters: 0 })
        expect(written.size).toBe(3_000)
        expect(rowCounts.slice(0, 8)).toEqual([2_000, 1_000, 500, 250, 125, 62, 78, 98])
      },
    ))

  it('OUT-19 times of leaving are written in pieces, too', () =>
    withBacklog(
      'refusals-19',
      [],
      () => null,
      async ({ outbox, seen, lastSeen }) => {
        const people = numbered(100, 'user')
        for (const user_id of people) lastSeen.record({ user_id, at: 1 })
        await outbox.flush()
        expect([...seen].sort()).toEqual(people.sort())
        expect(lastSeen.isEmpty).toBe(true)
      },
    ))
})
