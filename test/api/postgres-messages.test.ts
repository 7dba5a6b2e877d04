import { neonConfig } from '@neondatabase/serverless'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { firstIdAt, idTime, nextId } from '../../src/domain/ids.ts'
import type { StoredMessage } from '../../src/domain/message.ts'
import { bytesOf, writeArchive } from '../../src/postgres/archive.ts'
import { connectPostgres, sqlState } from '../../src/postgres/client.ts'
import { findMessage, pageQuery, readPage } from '../../src/postgres/messages.ts'
import { undeletedIndex } from '../../src/postgres/tables.ts'
import { insertUser } from '../../src/postgres/users.ts'

const { databaseUrl, neonEndpoint } = inject('services')
const db = connectPostgres({
  url: databaseUrl,
  fetchEndpoint: neonEndpoint,
  signal: () => AbortSignal.timeout(10_000),
})

const author = { id: crypto.randomUUID(), username: `author ${crypto.randomUUID().slice(0, 8)}` }

const archiveRow = (state: StoredMessage) => ({ kind: 'messages', state }) as const

const writeMessages = (to: typeof db, rows: StoredMessage[]) =>
  writeArchive(to, rows.map(archiveRow), null)

beforeAll(async () => {
  const email = `${author.id}@example.com`
  await insertUser(db, { ...author, email, passwordHash: 'none' })
})

const hourMs = 3_600_000
const random = () => crypto.getRandomValues(new Uint8Array(8))

/** A time long ago that no other test writes to. */
function quietTime(): number {
  const [hours = 0] = crypto.getRandomValues(new Uint32Array(1))
  return Date.UTC(1990, 0) + (hours % 200_000) * hourMs
}

function writtenAt(ms: number, change: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: nextId(null, ms, random()),
    user_id: author.id,
    username: author.username,
    content: 'Hello',
    updated_at: null,
    is_deleted: false,
    revision: 1,
    client_id: null,
    ...change,
  }
}

function writtenInOneMillisecond(ms: number, count: number): StoredMessage[] {
  let last: string | null = null
  return Array.from({ length: count }, (_, index) => {
    last = nextId(last, ms, random())
    return writtenAt(ms, { id: last, content: `${index}` })
  })
}

/** All pages from `ms` on, newest first, until they are older than `since`. */
async function pagesBelow(
  ms: number,
  limit: number,
  since = ms - hourMs,
): Promise<StoredMessage[]> {
  const found: StoredMessage[] = []
  let below: string | null = firstIdAt(ms)
  while (below !== null) {
    const page: StoredMessage[] = await readPage(db, { below, limit })
    found.push(...page.filter(({ id }) => idTime(id) >= since))
    const last = page.at(-1)?.id
    below = page.length === limit && last && idTime(last) >= since ? last : null
  }
  return found
}

/** The body of the request that an upsert makes. */
async function bodyOf(rows: StoredMessage[]): Promise<string> {
  let body = ''
  const real = neonConfig.fetchFunction
  neonConfig.fetchFunction = (url: string, init: RequestInit) => {
    body = String(init.body)
    return fetch(url, init)
  }
  try {
    await writeMessages(db, rows)
  } finally {
    neonConfig.fetchFunction = real
  }
  return body
}

async function stateOfFailure(rows: StoredMessage[]): Promise<string | null> {
  return writeMessages(db, rows).then(
    () => expect.unreachable('it must be refused'),
    (error: unknown) => sqlState(error),
  )
}

describe('an upsert', () => {
  test('keeps text and times of a message exactly', async () => {
    const ms = quietTime() + 123
    const content = 'Ünïcödé 👩‍👩‍👧 "quotes" \\ back\nslash \u2028 \t {}[]$1 %s'
    const message = writtenAt(ms, { content, updated_at: ms + 1, revision: 2 })
    await writeMessages(db, [message])
    expect(await findMessage(db, message.id)).toEqual(message)
    const { rows } = await db.execute(
      sql`select extract(epoch from created_at) * 1000 as ms from messages where id = ${message.id}`,
    )
    expect(Number(rows[0]?.ms)).toBe(ms)
  })

  test('changes nothing when it is repeated', async () => {
    const message = writtenAt(quietTime())
    await writeMessages(db, [message])
    await writeMessages(db, [message])
    expect(await findMessage(db, message.id)).toEqual(message)
  })

  test('of a higher revision wins', async () => {
    const message = writtenAt(quietTime())
    const later = { ...message, content: 'Edited', revision: 2, updated_at: idTime(message.id) + 5 }
    await writeMessages(db, [message])
    await writeMessages(db, [later])
    expect(await findMessage(db, message.id)).toEqual(later)
  })

  test('of a lower revision loses', async () => {
    const message = writtenAt(quietTime())
    const later = { ...message, content: 'Edited', revision: 3, updated_at: idTime(message.id) + 5 }
    await writeMessages(db, [later])
    await writeMessages(db, [{ ...message, revision: 2 }])
    expect(await findMessage(db, message.id)).toEqual(later)
  })

  test('of an equal revision does nothing', async () => {
    const message = writtenAt(quietTime(), { revision: 2 })
    await writeMessages(db, [message])
    await writeMessages(db, [{ ...message, content: 'Something else' }])
    expect(await findMessage(db, message.id)).toEqual(message)
  })

  test('of an equal revision without a client_id removes only that', async () => {
    const message = writtenAt(quietTime(), { client_id: 'a key' })
    const keyOf = async () =>
      (await db.execute(sql`select client_id from messages where id = ${message.id}`)).rows
    await writeMessages(db, [message])
    await writeMessages(db, [{ ...message, content: 'Edited', revision: 2, client_id: null }])
    expect(await keyOf()).toEqual([{ client_id: 'a key' }])
    await writeMessages(db, [{ ...message, content: 'Edited', revision: 2, client_id: null }])
    expect(await keyOf()).toEqual([{ client_id: null }])
    expect(await findMessage(db, message.id)).toMatchObject({ content: 'Edited', revision: 2 })
  })

  test('writes 2,000 rows of 4 MB in one request, as many as a flush sends', async () => {
    const ms = quietTime()
    const rows = writtenInOneMillisecond(ms, 2_000).map((row) => ({
      ...row,
      content: '👩'.repeat(208),
    }))
    const bytes = rows.reduce((sum, row) => sum + bytesOf(archiveRow(row)), 0)
    expect(bytes / 1024 ** 2).toBeCloseTo(4, 0)
    await writeMessages(db, rows)
    const { rows: counted } = await db.execute(sql`
      select count(*)::int as n from messages
      where id >= ${firstIdAt(ms)} and id < ${firstIdAt(ms + 1)}
    `)
    expect(counted).toEqual([{ n: 2_000 }])
  })

  test.each([
    ['plain text', 'Hello'],
    ['control characters', '\u0001'.repeat(2_000)],
    ['quotes and backslashes', '"\\'.repeat(1_000)],
    ['lines', '\n\t\r\b'.repeat(500)],
    ['emoji', '\u{1f469}'.repeat(2_000)],
    ['Chinese', '\u6211'.repeat(2_000)],
    ['nothing', ''],
  ])('takes as many bytes of its request as it is said to, of %s', async (_name, content) => {
    const rows = writtenInOneMillisecond(quietTime(), 3).map((row) => ({ ...row, content }))
    const size = async (of: StoredMessage[]) => new TextEncoder().encode(await bodyOf(of)).length
    const said = rows.reduce((sum, row) => sum + bytesOf(archiveRow(row)), 0)
    // A row is counted with two quotes around it; in the body there is one comma instead.
    expect((await size(rows)) - (await size([]))).toBe(said - rows.length * 2 + rows.length - 1)
  })

  test('of an empty list tests whether the archive accepts writes', async () => {
    await expect(writeMessages(db, [])).resolves.toBeUndefined()
    const stranger = connectPostgres({
      url: databaseUrl.replace(/:[^:@]*@/, ':wrong@'),
      signal: () => AbortSignal.timeout(10_000),
    })
    const failure = await writeMessages(stranger, []).catch((error: unknown) => error)
    expect(sqlState(failure)).toBe('28P01')
  })

  test.each([
    ['NUL', 'a\0b'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('of %s blames the row with a state of class 22', async (_name, content) => {
    expect(await stateOfFailure([writtenAt(quietTime(), { content })])).toMatch(/^22/)
  })

  test('of an unknown author fails with 23503', async () => {
    const stranger = writtenAt(quietTime(), { user_id: crypto.randomUUID() })
    expect(await stateOfFailure([stranger])).toBe('23503')
  })

  test('of a deleted message that has text fails with 23514', async () => {
    const unblanked = writtenAt(quietTime(), { is_deleted: true })
    expect(await stateOfFailure([unblanked])).toBe('23514')
  })

  test('that is refused writes none of its rows', async () => {
    const ms = quietTime()
    const good = writtenAt(ms)
    await stateOfFailure([good, writtenAt(ms + 1, { content: '\0' })])
    expect(await findMessage(db, good.id)).toBeUndefined()
  })
})

describe('a page', () => {
  test('has messages older than its bound, newest first, with names and without client ids', async () => {
    const ms = quietTime()
    const [first, second, third] = writtenInOneMillisecond(ms, 3) as [
      StoredMessage,
      StoredMessage,
      StoredMessage,
    ]
    await writeMessages(db, [second, third, { ...first, client_id: 'c1' }])
    expect(await readPage(db, { below: third.id, limit: 2 })).toEqual([second, first])
  })

  test('without a bound starts at the newest of all', async () => {
    const message = writtenAt(quietTime())
    await writeMessages(db, [message])
    const [top] = await readPage(db, { below: null, limit: 1 })
    expect(top && top.id >= message.id).toBe(true)
  })

  test('leaves out deleted messages, which can still be found', async () => {
    const ms = quietTime()
    const [first, second] = writtenInOneMillisecond(ms, 2) as [StoredMessage, StoredMessage]
    const gone = { ...second, content: '', is_deleted: true, revision: 2, updated_at: ms + 1 }
    await writeMessages(db, [first, gone])
    expect(await pagesBelow(ms + 1, 10)).toEqual([first])
    expect(await findMessage(db, gone.id)).toEqual(gone)
  })

  test('skips and repeats nothing among messages of one millisecond', async () => {
    const ms = quietTime()
    const rows = writtenInOneMillisecond(ms, 25)
    await writeMessages(db, rows)
    expect(await pagesBelow(ms + 1, 4)).toEqual([...rows].reverse())
  })

  test('is stable while new messages arrive', async () => {
    const ms = quietTime()
    const rows = writtenInOneMillisecond(ms, 6)
    await writeMessages(db, rows)
    const first = await readPage(db, { below: firstIdAt(ms + 1), limit: 3 })
    await writeMessages(db, [writtenAt(ms + 1)])
    const second = await readPage(db, { below: first.at(-1)?.id ?? null, limit: 3 })
    expect([...first, ...second]).toEqual([...rows].reverse())
  })

  test('HIST-7 Reading the archive reads no deleted rows and sorts nothing', async () => {
    const ms = quietTime()
    const rows = writtenInOneMillisecond(ms, 4_000).map((row, n) =>
      n < 100 ? row : { ...row, content: '', is_deleted: true, revision: 2, updated_at: ms + 1 },
    )
    await writeMessages(db, rows.slice(0, 2_000))
    await writeMessages(db, rows.slice(2_000))
    await db.execute(sql`analyze messages`)
    await db.execute(sql`analyze users`)
    for (const below of [null, firstIdAt(ms + 1), rows[3_000]?.id ?? null]) {
      const query = pageQuery(db, { below, limit: 51 })
      const { rows: lines } = await db.execute(sql`explain (costs off) ${query.getSQL()}`)
      const plan = lines.map((line) => line['QUERY PLAN']).join('\n')
      expect(plan).toContain(`Index Scan Backward using ${undeletedIndex} on messages`)
      expect(plan).not.toMatch(/Sort|NOT is_deleted/)
    }
    expect(await readPage(db, { below: firstIdAt(ms + 1), limit: 100 })).toEqual(
      rows.slice(0, 100).reverse(),
    )
  })
})

test('an unknown message is not found', async () => {
  expect(await findMessage(db, crypto.randomUUID())).toBeUndefined()
})
