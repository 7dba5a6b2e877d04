import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it, vi } from 'vitest'
import { pageOfShare } from '../../src/domain/history.ts'
import { firstIdAt } from '../../src/domain/ids.ts'
import { compose, deleted, edited, type StoredMessage } from '../../src/domain/message.ts'
import { createReplays } from '../../src/room/broadcast/replay.ts'
import type { Retention } from '../../src/room/log/event-kind.ts'
import { MessageOrder } from '../../src/room/log/messages/message-order.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { objectOf } from '../support/chat.ts'
import { openLog, type TestLog } from './inside.ts'

const author = { id: '0f0e0d0c-0b0a-4908-8706-050403020100', username: 'ada' }
const start = Date.UTC(2026, 0, 1)
const minute = 60_000
const keep: Retention = {
  messagesMin: 3,
  ageMinMs: 10 * minute,
  eventsMax: 20,
  stepMax: 1000,
}

type Open = () => { log: TestLog; sql: SqlStorage }
let made = 0

/** Makes a log in its own object. `open` reads it again, as after a restart. */
function withLog(work: (open: Open) => void): Promise<void> {
  return runInDurableObject(objectOf(`log-${++made}`), (_, { storage }) => {
    migrate(storage)
    work(() => ({ log: openLog(storage), sql: storage.sql }))
  })
}

function say(log: TestLog, content: string, at: number, id = log.newId(at)): StoredMessage {
  const message = compose(author, content, { id, clientId: null })
  log.append(message)
  return message
}

/** The id of the message ends with the last byte of `n`, not with a random one: 00 makes a mark. */
function sayNth(log: TestLog, n: number): StoredMessage {
  const lastByte = (n % 256).toString(16).padStart(2, '0')
  return say(log, `${n}`, start + n, log.newId(start + n).slice(0, -2) + lastByte)
}

/** How many rows the work reads and writes, as the platform bills them. */
function rowsOf(sql: SqlStorage, work: () => void): { read: number; written: number } {
  const exec = vi.spyOn(Object.getPrototypeOf(sql) as SqlStorage, 'exec')
  work()
  const cursors = exec.mock.results.map(({ value }) => value as SqlStorageCursor<never>)
  exec.mockRestore()
  return {
    read: cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
    written: cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
  }
}

function change(log: TestLog, message: StoredMessage, content: string, at: number): void {
  const changed = edited(log.find(message.id) ?? message, author, content, at)
  if (changed.kind === 'changed') log.revise(changed.message)
}

const texts = (rows: { content: string }[]) => rows.map(({ content }) => content)

describe('the log', () => {
  it('LOG-1 seq rises by one with every event, and the row keeps its latest', () =>
    withLog((open) => {
      const { log } = open()
      const message = say(log, 'a', start)
      say(log, 'b', start)
      change(log, message, 'A', start + 1)
      expect(log.position.seq).toBe(3)
      expect(log.find(message.id)).toMatchObject({ createdSeq: 1, seq: 3, content: 'A' })
    }))

  it('LOG-2 ids rise even when the clock goes back, also over a restart', () =>
    withLog((open) => {
      const first = say(open().log, 'a', start)
      const second = say(open().log, 'b', start - 5 * minute)
      expect(second.id > first.id).toBe(true)
    }))

  it('LOG-3 a restart finds head and epoch as they were', () =>
    withLog((open) => {
      const { log } = open()
      say(log, 'a', start)
      expect(open().log.position).toEqual(log.position)
    }))

  it('LOG-4 pages of the tail skip and double nothing, within one millisecond too', () =>
    withLog((open) => {
      const { log } = open()
      for (let n = 0; n < 7; n++) say(log, `${n}`, start)
      const seen: string[] = []
      let before: string | null = null
      for (;;) {
        const { rows } = log.tail(before, 2, 0)
        const page = rows.slice(0, 2)
        seen.push(...texts(page))
        if (rows.length <= 2) break
        before = page.at(-1)?.id ?? null
      }
      expect(seen).toEqual(['6', '5', '4', '3', '2', '1', '0'])
    }))

  it('LOG-5 what changed after any event comes in the order of the events, after pruning and a restart too', () =>
    withLog((open) => {
      let { log, sql } = open()
      const said: StoredMessage[] = []
      for (let event = 1; event <= 900; event++) {
        const old = said[(event * 7919) % Math.max(said.length, 1)]
        if (old && event % 4 === 0) change(log, old, `v${event}`, start + event)
        // One event in eight makes a mark.
        else said.push(sayNth(log, 32 * (event + 1)))
        if (event === 150)
          sql.exec('insert into set_aside values (?, ?, 0)', said[20]?.id as string, '23503')
        if (event % 350 === 0) {
          log.prune(start + 60 * minute, event - 250, keep)
          log = open().log
        }
      }
      expect([log.position.seq, log.prunedSeq]).toEqual([900, 450])

      const rows = sql.exec<{ id: string; seq: number }>('select id, seq from messages').toArray()
      rows.sort((a, b) => a.seq - b.seq)
      for (let since = 0; since <= 900; since += 4) {
        const later = rows.filter(({ seq }) => seq > since).map(({ id }) => id)
        expect([...log.messages.after(since)].map(({ id }) => id)).toEqual(later)
        expect(log.messages.archived.countAfter(since, 100)).toBe(Math.min(later.length, 100))
      }
    }))

  it('LOG-6 a message writes one row, and one in 256, which nobody can choose, a second one', () =>
    withLog((open) => {
      const { log, sql } = open()
      const { written } = rowsOf(sql, () => {
        for (let n = 1; n <= 1_024; n++) sayNth(log, n)
      })
      expect(written).toBe(1_028)
    }))

  it('LOG-7 a restart finds the head also where the newest message is an old one that was edited', () =>
    withLog((open) => {
      const { log } = open()
      const archived = { id: firstIdAt(start + minute), clientId: null }
      change(log, compose(author, 'old', archived), 'edited', start)
      expect(say(log, 'a', start).id < archived.id).toBe(true)
      const { log: again } = open()
      expect(again.position).toEqual(log.position)
      say(again, 'b', start)
      expect([...again.messages.after(0)].map(({ seq }) => seq)).toEqual([1, 2, 3])
    }))

  it('LOG-8 a look at the newest event reads few rows, however sends and edits alternate', () =>
    withLog((open) => {
      const { log, sql } = open()
      let previous = sayNth(log, 1)
      // From here on all odd events are edits, so no message gets an odd number.
      for (let n = 2; n <= 3_000; n++) {
        const message = sayNth(log, n)
        change(log, previous, `v${n}`, start + n)
        previous = message
      }
      const { seq } = log.position
      expect(seq).toBe(5_999)

      const events = new MessageOrder(sql)
      const whole = { above: null, limit: 10 }
      for (const look of [
        () => expect([...events.after(seq - 1)]).toHaveLength(1),
        () => expect(events.countAfter(seq - 1, 10)).toBe(1),
        () => expect(events.ofUser(author.id, seq - 1, whole)).toHaveLength(1),
        () => events.prune(10),
      ])
        expect(rowsOf(sql, look).read).toBeLessThan(300)
    }))

  it('LOG-9 a page reads few rows, however many were deleted: it ends short, and says where to go on', () =>
    withLog((open) => {
      const { log, sql } = open()
      for (let n = 0; n < 5_000; n++) {
        const message = sayNth(log, n)
        if (n > 2 && n < 4_999)
          log.revise({ ...message, content: '', is_deleted: true, revision: 2 })
      }
      const seen: string[] = []
      let before: string | null = null
      for (let pages = 0; ; pages++) {
        const read = rowsOf(sql, () => {
          const { nextCursor, messages } = pageOfShare(log.tail(before, 2, log.position.seq), 2)
          seen.push(...texts(messages))
          before = nextCursor
        })
        expect(read.read).toBeLessThan(2_200)
        if (before === null || pages === 9) break
      }
      expect(seen).toEqual(['4999', '2', '1', '0'])
    }))
})

describe('pruning', () => {
  const later = start + 60 * minute

  it('PRUNE-1 forgets the oldest events, and what is left is the newest without a gap', () =>
    withLog((open) => {
      const { log } = open()
      for (let n = 0; n < 10; n++) say(log, `${n}`, start + n)
      log.prune(later, 10, keep)
      expect(log.prunedSeq).toBe(7)
      expect(texts(log.tail(null, 50, 10).rows)).toEqual(['9', '8', '7'])
      expect(texts(open().log.tail(null, 50, 10).rows)).toEqual(['9', '8', '7'])
    }))

  it('PRUNE-2 never goes past what Postgres has', () =>
    withLog((open) => {
      const { log } = open()
      for (let n = 0; n < 10; n++) say(log, `${n}`, start + n)
      log.prune(later, 4, keep)
      expect(log.prunedSeq).toBe(4)
    }))

  it('PRUNE-3 keeps what is younger than the age, unless there are too many events', () =>
    withLog((open) => {
      const { log } = open()
      for (let n = 0; n < 10; n++) say(log, `${n}`, start + n * minute)
      log.prune(start + 12 * minute, 10, keep)
      expect(log.prunedSeq).toBe(2)
      for (let n = 10; n < 30; n++) say(log, `${n}`, start + 12 * minute)
      log.prune(start + 12 * minute, 30, keep)
      expect(log.prunedSeq).toBe(10)
    }))

  it('PRUNE-4 an old message that was edited lately stays, and overlays the archive until Postgres has the edit', () =>
    withLog((open) => {
      const { log } = open()
      const old = say(log, 'old', start)
      for (let n = 0; n < 9; n++) say(log, `${n}`, start + n)
      change(log, old, 'new', later)
      log.prune(later, 11, keep)

      const { log: again } = open()
      const { rows, floor, strays } = again.tail(null, 50, 10)
      expect(texts(rows)).toEqual(['8', '7', '6'])
      expect(texts(strays)).toEqual(['new'])
      expect(floor).toBe(rows.at(-1)?.id)
      expect(again.tail(old.id, 50, 10)).toMatchObject({ rows: [], strays: [], floor: old.id })
      expect(again.tail(null, 50, 11)).toMatchObject({ rows, strays: [], floor })
    }))

  it('PRUNE-5 that forgets every message gives no number and no id twice, after a restart too', () =>
    withLog((open) => {
      const { log } = open()
      const messages = Array.from({ length: 5 }, (_, n) => say(log, `${n}`, start + n))
      change(log, messages[0] as StoredMessage, 'edited', start + 10)
      log.prune(later, 6, { ...keep, eventsMax: 0 })

      const again = open().log
      expect([...again.messages.after(0)]).toEqual([])
      expect(again.position.seq).toBe(6)
      const next = say(again, 'next', start - 5 * minute)
      expect(next.id > (messages[4] as StoredMessage).id).toBe(true)
      expect(again.find(next.id)?.seq).toBe(7)
    }))

  it('PRUNE-7 takes one step at a time, and says that there is more', () =>
    withLog((open) => {
      const { log } = open()
      for (let n = 0; n < 10; n++) say(log, `${n}`, start + n)
      expect(log.prune(later, 10, { ...keep, stepMax: 4 })).toBe(true)
      expect(log.prunedSeq).toBe(4)
      expect(log.prune(later, 10, { ...keep, stepMax: 4 })).toBe(false)
      expect(log.prunedSeq).toBe(7)
    }))

  it('PRUNE-8 changes of old messages do not pile up past the bound', () =>
    withLog((open) => {
      const { log } = open()
      const old = Array.from({ length: 10 }, (_, n) => say(log, `${n}`, start + n))
      for (let n = 0; n < 100; n++)
        change(log, old[n % 5] as StoredMessage, `v${n}`, start + 20 + n)
      log.prune(later, 110, keep)
      expect(log.position.seq - log.prunedSeq).toBeLessThanOrEqual(101)
      say(log, 'newest', later)
      log.prune(later, 111, keep)
      expect(log.position.seq - log.prunedSeq).toBeLessThanOrEqual(20)
    }))

  it('PRUNE-9 keeps what was edited within the age, however old the message is', () =>
    withLog((open) => {
      const { log } = open()
      const messages = Array.from({ length: 10 }, (_, n) => say(log, `${n}`, start + n))
      const lately = later - 5 * minute
      change(log, messages[4] as StoredMessage, 'edited', lately)
      for (let n = 10; n < 16; n++) say(log, `${n}`, lately + n)
      log.prune(later, 17, keep)
      expect(log.prunedSeq).toBe(10)
      expect(texts([...log.messages.after(0)]).slice(0, 2)).toEqual(['edited', '10'])
    }))

  it('PRUNE-10 forgets a message that is a mark like any other', () =>
    withLog((open) => {
      const { log } = open()
      for (let n = 253; n < 263; n++) sayNth(log, n)
      log.prune(later, 10, { ...keep, stepMax: 4 })
      expect(texts([...log.messages.after(0)])[0]).toBe('257')
    }))

  it('PRUNE-6 what Postgres refused stays, edited or not', () =>
    withLog((open) => {
      const { log, sql } = open()
      const refused = [say(log, 'refused', start), say(log, 'refused too', start)]
      for (const { id } of refused) sql.exec('insert into set_aside values (?, ?, 0)', id, '23503')
      change(log, refused[1] as StoredMessage, 'refused and edited', start + 1)
      for (let n = 0; n < 9; n++) say(log, `${n}`, start + n)
      log.prune(later, 12, keep)
      expect(log.prunedSeq).toBe(9)
      expect(texts(log.tail(null, 50, 12).strays)).toEqual(['refused and edited', 'refused'])
    }))
})

describe('replay', () => {
  it('REPLAY-1 is all or nothing: more than 1 MiB means to load anew', () =>
    withLog((open) => {
      const { log } = open()
      for (let n = 0; n < 600; n++) say(log, 'é'.repeat(2000), start)
      expect(createReplays(log)({ epoch: log.epoch, since: 0 })).toBeNull()
      expect(createReplays(log)({ epoch: log.epoch, since: 500 })).toHaveLength(100)
    }))

  it('REPLAY-2 is possible exactly from where pruning ended to the head', () =>
    withLog((open) => {
      const { log } = open()
      for (let n = 0; n < 10; n++) say(log, `${n}`, start + n)
      log.prune(start + 60 * minute, 10, keep)
      const from = (since: number) =>
        createReplays(log)({ epoch: log.epoch, since })?.length ?? null
      expect([from(6), from(7), from(10), from(11)]).toEqual([null, 3, 0, null])
    }))

  it('REPLAY-3 of a message that came and went meanwhile the deletion alone is told', () =>
    withLog((open) => {
      const { log } = open()
      const message = say(log, 'gone', start)
      const gone = deleted(log.find(message.id), { by: author, staff: [], now: start + 1 })
      if (gone.kind === 'changed') log.revise(gone.message)
      for (const since of [0, 1]) {
        const told = createReplays(log)({ epoch: log.epoch, since })?.map((json) =>
          JSON.parse(json),
        )
        expect(told).toEqual([
          { event: 'message_deleted', data: { message_id: message.id, revision: 2 } },
        ])
      }
    }))

  it('REPLAY-4 another epoch means to load anew', () =>
    withLog((open) => {
      const { log } = open()
      expect(createReplays(log)({ epoch: 'other', since: 0 })).toBeNull()
      expect(createReplays(log)(null)).toBeNull()
      expect(firstIdAt(0) < log.newId(start)).toBe(true)
    }))
})
