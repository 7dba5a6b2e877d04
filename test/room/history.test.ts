// Reads pages from a real log and from an archive of the test, while messages are sent, changed,
// flushed, refused and pruned between the reads of which a page is made.

import { runInDurableObject } from 'cloudflare:test'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { erasedName } from '../../src/contract/values.ts'
import {
  answeredByRoom,
  archiveShare,
  type HistoryPage,
  mergePage,
  overlaid,
  pageOfShare,
} from '../../src/domain/history.ts'
import { compose, deleted, edited, type StoredMessage } from '../../src/domain/message.ts'
import { migrate } from '../../src/room/log/schema.ts'
import { objectOf } from '../support/chat.ts'
import { openLog, type TestLog } from './inside.ts'

const start = Date.UTC(2026, 0, 1)
const people = ['ada', 'ben', 'cyn'].map((username, n) => ({
  username,
  id: `0f0e0d0c-0b0a-4908-8706-05040302010${n}`,
}))

class World {
  readonly #sql: SqlStorage
  readonly log: TestLog
  now = start
  flushedSeq = 0
  readonly #truth = new Map<string, StoredMessage>()
  readonly #archive = new Map<string, StoredMessage>()
  readonly #refusing = new Set<string>()
  readonly #ended = new Map<string, 'keep' | 'delete'>()
  /** The users whose erasure Postgres has already. */
  readonly #endedInArchive = new Set<string>()

  constructor(storage: DurableObjectStorage) {
    const { sql } = storage
    this.#sql = sql
    for (const table of ['messages', 'meta', 'set_aside', 'erasures'])
      sql.exec(`delete from ${table}`)
    this.log = openLog(storage)
  }

  say(n: number): void {
    const author = people[n % people.length] as (typeof people)[number]
    if (this.#ended.has(author.id)) return
    const message = compose(author, `${n}`, { id: this.log.newId(this.now), clientId: null })
    this.log.append(message)
    this.#truth.set(message.id, message)
  }

  /** A change by the author. @param content null: a deletion */
  change(n: number, content: string | null): void {
    const ids = [...this.#truth.keys()]
    const { id, user_id } = this.#truth.get(ids[n % ids.length] ?? '') ?? {}
    const author = people.find((person) => person.id === user_id)
    if (!id || !author || this.#ended.has(author.id)) return
    const archived = this.#archive.get(id)
    const current = this.log.find(id) ?? (archived && this.log.erasures.withCurrentName(archived))
    const change =
      content === null
        ? deleted(current, { by: author, staff: [], now: this.now })
        : current && edited(current, author, content, this.now)
    if (change?.kind !== 'changed') return
    this.log.revise(change.message)
    this.#truth.set(id, change.message)
  }

  end(n: number, remains: 'keep' | 'delete'): void {
    const person = people[n % people.length] as (typeof people)[number]
    if (this.#ended.has(person.id)) return
    this.#ended.set(person.id, remains)
    this.log.erase(person.id, remains, this.now)
    for (const [id, message] of this.#truth)
      if (message.user_id === person.id)
        this.#truth.set(id, {
          ...message,
          username: erasedName,
          is_deleted: message.is_deleted || remains === 'delete',
        })
  }

  /** The second half of an erasure, which happens in Postgres. */
  endInArchive(n: number): void {
    const { id: userId } = people[n % people.length] as (typeof people)[number]
    const remains = this.#ended.get(userId)
    if (!remains) return
    this.#endedInArchive.add(userId)
    for (const [id, message] of this.#archive)
      if (message.user_id === userId && remains === 'delete' && !message.is_deleted) {
        const revision = message.revision + 1
        this.#archive.set(id, { ...message, content: '', is_deleted: true, revision })
      }
  }

  /** Postgres refuses all states of this message until it is released. */
  refuse(n: number): void {
    const id = [...this.#truth.keys()][n % (this.#truth.size || 1)]
    if (id) this.#refusing.add(id)
  }

  release(): void {
    this.#refusing.clear()
    for (const { id } of this.#sql.exec<{ id: string }>('select id from set_aside').toArray()) {
      const row = this.log.find(id)
      if (row && row.seq <= this.flushedSeq) this.#write(row)
    }
  }

  flush(max: number): void {
    for (const row of [...this.log.messages.after(this.flushedSeq)].slice(0, max)) {
      if (this.#refusing.has(row.id))
        this.#sql.exec('insert or replace into set_aside values (?, ?, 0)', row.id, '23503')
      else this.#write(row)
      this.flushedSeq = row.seq
    }
  }

  #write({ createdSeq, seq, ...row }: StoredMessage & { createdSeq: number; seq: number }): void {
    if (row.revision > (this.#archive.get(row.id)?.revision ?? 0)) this.#archive.set(row.id, row)
    this.#sql.exec('delete from set_aside where id = ?', row.id)
  }

  /** Keeps the changes of the last second, as the room keeps those of the last minutes. */
  prune(messagesMin: number): void {
    const keep = { messagesMin, ageMinMs: 1_000, eventsMax: 1_000_000, stepMax: 1_000 }
    this.log.prune(this.now, this.flushedSeq, keep)
  }

  readArchive(below: string | null, limit: number): StoredMessage[] {
    return [...this.#archive.values()]
      .filter(({ id, is_deleted }) => !is_deleted && (below === null || id < below))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit)
      .map((row) =>
        this.#endedInArchive.has(row.user_id) ? { ...row, username: erasedName } : row,
      )
  }

  /** The messages that may be shown now, newest first. */
  shown(): StoredMessage[] {
    return [...this.#truth.values()].filter(({ is_deleted }) => !is_deleted).reverse()
  }
}

type Act = (world: World) => void
const number = fc.nat(1_000)

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: number.map(
      (n): Act =>
        (world) =>
          world.say(n),
    ),
  },
  {
    weight: 4,
    arbitrary: number.map(
      (n): Act =>
        (world) =>
          world.change(n, `edit ${n}`),
    ),
  },
  {
    weight: 4,
    arbitrary: number.map(
      (n): Act =>
        (world) =>
          world.change(n, null),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.nat(20).map(
      (n): Act =>
        (world) =>
          world.flush(n),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.nat(4).map(
      (n): Act =>
        (world) =>
          world.prune(n),
    ),
  },
  {
    weight: 2,
    arbitrary: number.map(
      (n): Act =>
        (world) =>
          world.refuse(n),
    ),
  },
  fc.constant<Act>((world) => world.release()),
  fc.tuple(number, fc.constantFrom('keep' as const, 'delete' as const)).map(
    ([n, remains]): Act =>
      (world) =>
        world.end(n, remains),
  ),
  number.map(
    (n): Act =>
      (world) =>
        world.endInArchive(n),
  ),
)

const acts = (maxLength: number) => fc.array(act, { maxLength, size: 'max' })

function pageOf(
  world: World,
  { cursor, limit }: { cursor: string | null; limit: number },
  [beforeArchive, beforeOverlay]: [Act[], Act[]],
): HistoryPage {
  const tail = world.log.tail(cursor, limit, world.flushedSeq)
  if (answeredByRoom(tail, limit)) return pageOfShare(tail, limit)
  for (const happen of beforeArchive) happen(world)
  const asked = archiveShare(tail, limit)
  const archived = world.readArchive(tail.floor, asked)
  for (const happen of beforeOverlay) happen(world)
  const page = mergePage(tail, archived, { limit, asked })
  return overlaid(page, world.log.messages.overlay(page.messages))
}

const comparable = (messages: StoredMessage[]) =>
  messages.map(({ id, username, content }) => ({ id, username, content }))

describe('the history', () => {
  it('HIST-8 is whole, in order and as it is now, whatever happens between the looks of a page', () =>
    runInDurableObject(objectOf('history'), (_, { storage }) => {
      migrate(storage)
      const between = fc.array(fc.tuple(acts(6), acts(6)), { minLength: 1, maxLength: 4 })
      fc.assert(
        fc.property(
          acts(80),
          fc.integer({ min: 1, max: 7 }),
          between,
          (before, limit, meanwhile) => {
            const world = new World(storage)
            for (const happen of before) {
              happen(world)
              world.now += 300
            }
            let cursor: string | null = null
            for (let pages = 0; ; pages++) {
              world.now += 2_000
              const then = new Set(world.shown().map(({ id }) => id))
              const what = meanwhile[pages % meanwhile.length] ?? [[], []]
              const page = pageOf(world, { cursor, limit }, what)
              // Newer messages may be shown too, if the room had none: a client that resumes gets
              // them.
              const owed = world
                .shown()
                .filter(({ id }) => then.has(id) && (cursor === null || id < cursor))
                .filter(({ id }) => page.nextCursor === null || id >= page.nextCursor)
              const shown = page.messages.filter(({ id }) => then.has(id))
              expect(comparable(shown)).toEqual(comparable(owed))
              expect(page.messages.length).toBeLessThanOrEqual(limit)
              if (page.nextCursor === null) break
              if (cursor !== null) expect(page.nextCursor < cursor).toBe(true)
              cursor = page.nextCursor
            }
          },
        ),
        { numRuns: 250 },
      )
    }))

  it('HIST-9 moves no more texts out of the room than a page has, whatever changed lately', () =>
    runInDurableObject(objectOf('strays'), (_, { storage }) => {
      migrate(storage)
      const world = new World(storage)
      for (let n = 0; n < 510; n++) world.say(n)
      world.flush(1_000)
      world.now += 2_000
      for (let n = 0; n < 500; n++) world.change(n, '💬'.repeat(2_000))
      world.prune(5)
      const [top] = world.log.tail(null, 1, world.flushedSeq).rows
      const bytesOf = (limit: number) =>
        JSON.stringify(world.log.tail(top?.id ?? null, limit, world.flushedSeq)).length

      // First Postgres has none of the edits, then all of them.
      expect(world.log.tail(top?.id ?? null, 100, world.flushedSeq).strays.length).toBeGreaterThan(
        90,
      )
      expect(bytesOf(1)).toBeLessThan(3 * 4_500)
      world.flush(1_000)
      expect(world.log.tail(top?.id ?? null, 100, world.flushedSeq).strays).toEqual([])
      expect(bytesOf(1)).toBeLessThan(3 * 4_500)
    }))
})
