// The refusals of a search, and the plans of its queries.

import { sql } from 'drizzle-orm'
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { folded } from '../../src/domain/folded-text.ts'
import { connectPostgres } from '../../src/postgres/client.ts'
import { fillFoldedTexts } from '../../src/postgres/folded-texts.ts'
import { mentionsQuery } from '../../src/postgres/mentions.ts'
import {
  indexedHits,
  indexSettings,
  newestHits,
  searchMessages,
} from '../../src/postgres/search.ts'
import { found, searchAs } from '../room/conversation-pages.ts'
import { newPerson, say, trouble } from '../support/chat.ts'
import { refusal } from './responses.ts'

const { databaseUrl, neonEndpoint } = inject('services')
const db = connectPostgres({
  url: databaseUrl,
  fetchEndpoint: neonEndpoint,
  signal: () => AbortSignal.timeout(60_000),
})

afterEach(() => trouble({ part: 'postgres' }))

const everything = { userId: null, below: null, limit: 51 }

/** Messages of a person of Postgres alone, a second apart; each has its number, and the last one is the newest. */
async function writeMany(count: number, text: string): Promise<string> {
  const { id } = await newPerson()
  await db.execute(sql`
    insert into messages (id, user_id, content, created_at, is_deleted, revision, folded, mentions)
    select (lpad(to_hex(1577836800000 + n * 1000), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
      ${id}::uuid, ${text} || ' ' || n, now(), false, 1, ${folded(text)} || ' ' || n,
      case when n % 500 = 0 then array[${id}::uuid] end
    from generate_series(1, ${count}) as n
    on conflict (id) do nothing`)
  // What a vacuum does at some time.
  await db.execute(sql`select gin_clean_pending_list('messages_folded_index')`)
  await db.execute(sql`analyze messages`)
  return id
}

type Explained = { getSQL(): Parameters<typeof db.execute>[0] }

async function planOf(query: Explained): Promise<string> {
  const [, { rows }] = await db.batch([
    db.execute(indexSettings),
    db.execute(sql`explain (costs off) ${query.getSQL()}`),
  ])
  return rows.map((row) => (row as Record<string, string>)['QUERY PLAN']).join('\n')
}

describe('a search that is refused', () => {
  it.each([
    ['', 'Must have at least 3 characters.'],
    ['ab', 'Must have at least 3 characters.'],
    ['  ab  ', 'Must have at least 3 characters.'],
    ['上海', 'Must have at least 3 characters.'],
    ['a'.repeat(101), 'Must have at most 100 characters.'],
    ['a\0bc', 'Must not hold NUL or half a surrogate pair.'],
  ])('SEARCH-15 a term must have 3 to 100 characters: %j', async (q, sentence) => {
    const problem = await refusal(await searchAs(await newPerson(), q), 'invalid')
    expect(problem.errors).toEqual({ q: sentence })
  })

  it('SEARCH-16 without Postgres there is no search', async () => {
    const ada = await newPerson()
    await say(ada, 'onlyintheroom')
    await trouble({ part: 'postgres', fault: 'refuse' })
    await refusal(await searchAs(ada, 'onlyintheroom'), 'unavailable')
  })

  it('SEARCH-17 a term that takes too long is refused with a sentence that helps', async () => {
    const ada = await newPerson()
    const begin = "do $$ begin raise exception 'too late' using errcode = '57014'; end $$"
    await trouble({ part: 'postgres', begin })
    const problem = await refusal(await searchAs(ada, 'whatever'), 'unavailable')
    expect(problem.detail).toMatch(/^This search takes too long\. Search for something longer/)
  })

  it('SEARCH-17 Postgres stops sooner than the request gives up, unless the owner stops it sooner', async () => {
    const show = async () => {
      const [, { rows }] = await db.batch([
        db.execute(indexSettings),
        db.execute(sql`show statement_timeout`),
      ])
      return rows[0]?.statement_timeout
    }
    expect(await show()).toBe('1500ms')
    await trouble({ part: 'postgres', begin: 'set statement_timeout = 900' })
    expect(await show()).toBe('900ms')
    await trouble({ part: 'postgres', begin: 'set statement_timeout = 0' })
    expect(await show()).toBe('1500ms')
  })
})

describe('the queries', () => {
  let id = ''

  beforeAll(async () => {
    id = await writeMany(21_000, 'Plain words')
  }, 60_000)

  it('SEARCH-18 a rare term is found by the index, below the newest messages', async () => {
    await db.execute(sql`
      update messages set content = 'The needleword', folded = 'the needleword'
      where id = (select id from messages where user_id = ${id}::uuid order by id limit 1)`)
    const query = { ...everything, term: 'needleword' }
    expect(await planOf(indexedHits(db, query))).toContain(
      'Bitmap Index Scan on messages_folded_index',
    )
    const hit = await searchMessages(db, query)
    expect(hit).toMatchObject([{ content: 'The needleword', user_id: id }])
    expect(await searchMessages(db, { ...query, userId: id })).toEqual(hit)
    expect(await searchMessages(db, { ...query, userId: crypto.randomUUID() })).toEqual([])
    // A term of the newest and of older messages alike.
    const both = await searchMessages(db, { ...everything, term: 'plain words 10', limit: 2_000 })
    expect((both as { content: string }[]).map(({ content }) => content)).toEqual(
      Array.from({ length: 21_000 }, (_, n) => `Plain words ${21_000 - n}`).filter((content) =>
        content.startsWith('Plain words 10'),
      ),
    )
  })

  it('SEARCH-18 a frequent term sorts nothing, because the newest messages are read first', async () => {
    const query = newestHits(db, { ...everything, term: 'plain' })
    const { rows } = await db.execute(sql`explain (costs off) ${query.getSQL()}`)
    const lines = rows.map((row) => (row as Record<string, string>)['QUERY PLAN'] ?? '')
    const inner = lines.slice(lines.findIndex((line) => line.includes('Subquery Scan on newest')))
    expect(inner.join('\n')).toContain('Index Scan Backward using messages_undeleted_index')
    expect(inner.join('\n')).not.toContain('Sort')
  })

  it('MENTIONS-7 the mentions of a person are found by their index', async () => {
    const query = mentionsQuery(db, id, { below: null, limit: 51 })
    const { rows } = await db.execute(sql`explain (costs off) ${query.getSQL()}`)
    const plan = rows.map((row) => (row as Record<string, string>)['QUERY PLAN']).join('\n')
    expect(plan).toContain('messages_mentions_index')
    expect(plan).toContain('messages_mentions_room_index')
  })

  it('SEARCH-19 what an older release wrote is found once it is filled in, and shows nothing false before', async () => {
    const ada = await newPerson()
    await db.execute(sql`
      insert into messages (id, user_id, content, created_at, is_deleted, revision, folded) values
        ('018f0000-0000-7000-8000-000000000001', ${ada.id}::uuid, 'filledinlater', now(), false, 1, null),
        ('018f0000-0000-7000-8000-000000000002', ${ada.id}::uuid, 'another', now(), false, 1, 'staleword')`)
    expect(await found('staleword')).toEqual([])
    expect(await found('filledinlater')).toEqual([])
    await fillFoldedTexts(db)
    expect(await found('filledinlater')).toEqual(['filledinlater'])
  })
})
