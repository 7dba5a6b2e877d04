import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  answeredByRoom,
  archiveShare,
  type HistoryPage,
  mergePage,
  newerCursor,
  pageOfShare,
  pageWithoutArchive,
  type RoomShare,
} from '../../src/domain/history.ts'
import { firstIdAt, idBefore } from '../../src/domain/ids.ts'
import { type StoredMessage, toWire } from '../../src/domain/message.ts'

const session = { epoch: 'e', seq: 7 }
const id = (number: number) => firstIdAt(1_000_000 + number)

function message(number: number, change: Partial<StoredMessage> = {}): StoredMessage {
  return {
    ...{ id: id(number), user_id: id(0), username: 'Ada', content: `${number}` },
    ...{ updated_at: null, is_deleted: false, revision: 1, client_id: null },
    ...change,
  }
}

function shareOf(rows: StoredMessage[], change: Partial<RoomShare> = {}): RoomShare {
  const floor = rows.at(-1)?.id ?? null
  return { session, rows, floor, strays: [], straysCutAt: null, ...change }
}

const numbers = (messages: StoredMessage[]) => messages.map(({ content }) => Number(content))

describe('a page that the room can fill', () => {
  test('is its newest, and goes on at the last of them', () => {
    const share = shareOf([9, 8, 7].map((number) => message(number)))
    expect(answeredByRoom(share, 2)).toBe(true)
    const page = pageOfShare(share, 2)
    expect(numbers(page.messages)).toEqual([9, 8])
    expect(page.nextCursor).toBe(id(8))
  })

  test('needs one more than the page, to know that there is more', () => {
    expect(answeredByRoom(shareOf([message(9), message(8)]), 2)).toBe(false)
  })
})

describe('a page above which much was deleted', () => {
  const share = shareOf([message(9)], { floor: id(4), straysCutAt: id(4), endsAt: id(4) })

  test('ends where the room stopped, though it is short', () => {
    expect(answeredByRoom(share, 3)).toBe(true)
    expect(pageOfShare(share, 3)).toEqual({ messages: share.rows, nextCursor: id(4) })
  })

  test('ends there also for the release before, which asks the archive', () => {
    const archived = [3, 2, 1].map((number) => message(number))
    const page = mergePage(share, archived, { limit: 3, asked: 3 })
    expect(page).toEqual({ messages: share.rows, nextCursor: id(4) })
  })
})

describe('a page of both', () => {
  test('shows of a message the newer state, wherever it is', () => {
    const newer = message(6, { revision: 3, content: '60' })
    const older = message(7, { revision: 1, content: '70' })
    const share = shareOf([message(9)], { strays: [older, newer] })
    const archived = [message(7, { revision: 2 }), message(6)]
    const page = mergePage(share, archived, { limit: 5, asked: 5 })
    expect(numbers(page.messages)).toEqual([9, 7, 60])
  })

  test('leaves out messages that were deleted since the archive was read', () => {
    const gone = message(7, { is_deleted: true, content: '', revision: 2 })
    const share = shareOf([message(9)], { strays: [gone] })
    const page = mergePage(share, [message(7), message(6)], { limit: 5, asked: 6 })
    expect(numbers(page.messages)).toEqual([9, 6])
  })

  test('asks for as many more as the strays may hide', () => {
    const gone = message(7, { is_deleted: true, content: '', revision: 2 })
    const share = shareOf([message(9)], { strays: [gone, message(6)] })
    expect(archiveShare(share, 3)).toBe(4)
  })

  test('goes no further than the strays are known', () => {
    const share = shareOf([message(9)], { straysCutAt: id(7) })
    const archived = [8, 7, 6, 5].map((number) => message(number))
    const page = mergePage(share, archived, { limit: 10, asked: 10 })
    expect(numbers(page.messages)).toEqual([9, 8, 7])
    expect(page.nextCursor).toBe(id(7))
  })
})

test('without the archive the page is what the room has, and goes on below it', () => {
  const share = shareOf([message(9), message(8)])
  expect(pageWithoutArchive(share)).toEqual({ messages: share.rows, nextCursor: id(8) })
})

describe('page after page', () => {
  type Fate = { archived: boolean; state: 'kept' | 'edited' | 'deleted' | 'gone' }
  const fate = fc.record<Fate>({
    archived: fc.boolean(),
    state: fc.constantFrom('kept', 'edited', 'deleted', 'gone'),
  })

  /** A room and an archive: messages below `floor` are archived, and some have changed since. */
  function world(fates: Fate[], floor: number) {
    const all = fates.map((fate, number) => ({ ...fate, number }))
    const tail: StoredMessage[] = []
    const strays: StoredMessage[] = []
    const archive: StoredMessage[] = []
    for (const { number, state, archived } of all) {
      const first = message(number)
      const edit = message(number, { content: `${number + 1_000}`, revision: 2 })
      const gone = message(number, { content: '', is_deleted: true, revision: 2 })
      if (number >= floor) {
        if (state !== 'deleted' && state !== 'gone') tail.push(state === 'edited' ? edit : first)
        continue
      }
      const changed = state === 'edited' ? edit : state === 'deleted' ? gone : undefined
      if (changed) strays.push(changed)
      // The change may have been flushed already. A message with `gone` is in neither place.
      if (state !== 'gone') archive.push(changed && archived ? changed : first)
    }
    const expected = all
      .filter(({ state }) => state === 'kept' || state === 'edited')
      .map(({ number, state }) => (state === 'edited' ? number + 1_000 : number))
      .reverse()
    const newestFirst = (rows: StoredMessage[]) => rows.sort((a, b) => (a.id < b.id ? 1 : -1))
    return {
      tail: newestFirst(tail),
      strays: newestFirst(strays),
      archive: newestFirst(archive).filter((row) => !row.is_deleted),
      expected,
    }
  }

  const worlds = fc
    .array(fate, { maxLength: 40 })
    .chain((fates) => fc.tuple(fc.constant(fates), fc.nat(fates.length)))

  test('shows every message once, in order and as it is now', () => {
    const cut = fc.integer({ min: 1, max: 50 })
    fc.assert(
      fc.property(worlds, fc.integer({ min: 1, max: 9 }), cut, ([fates, floor], limit, listed) => {
        const { tail, strays, archive, expected } = world(fates, floor)
        const shown: StoredMessage[] = []
        let cursor: string | null = null
        for (let pages = 0; pages < 200; pages++) {
          const below = (row: StoredMessage) => cursor === null || row.id < cursor
          const start: string = cursor !== null && cursor < id(floor) ? cursor : id(floor)
          const inRange = strays.filter((row) => row.id < start)
          const known: RoomShare = {
            session,
            rows: tail.filter(below).slice(0, limit + 1),
            floor: start,
            strays: inRange.slice(0, listed),
            straysCutAt: inRange.length > listed ? (inRange[listed - 1]?.id ?? null) : null,
          }
          const asked = archiveShare(known, limit)
          const page: HistoryPage = answeredByRoom(known, limit)
            ? pageOfShare(known, limit)
            : mergePage(known, archive.filter((row) => row.id < start).slice(0, asked), {
                limit,
                asked,
              })
          expect(page.messages.length).toBeLessThanOrEqual(limit)
          shown.push(...page.messages)
          cursor = page.nextCursor
          if (cursor === null) break
        }
        expect(cursor).toBeNull()
        expect(numbers(shown)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})

test('the newer page continues above the newest message, or at the cursor of an empty page', () => {
  const messages = [9, 8].map((number) => toWire(message(number)))
  expect(newerCursor(id(10), messages)).toBe(id(9))
  expect(newerCursor(id(10), [])).toBe(idBefore(id(10)))
  expect(newerCursor(null, messages)).toBeNull()
})
