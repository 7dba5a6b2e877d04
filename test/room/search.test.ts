import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../src/contract/values.ts'
import { compose } from '../../src/domain/message.ts'
import {
  call,
  callAs,
  flushed,
  newPerson,
  type Person,
  say,
  sql,
  theRoom,
  trouble,
} from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'
import { allPages, change, found, hitPage, hits, remove, searchAs } from './conversation-pages.ts'
import { openLog } from './inside.ts'
import { newModerator, newOwner, outcomeOf, restrict } from './moderation/moderators.ts'

afterEach(() => trouble({ part: 'postgres' }))

async function saidBy(author: Person, contents: string[]) {
  const messages = []
  for (const content of contents) messages.push(await say(author, content))
  return messages
}

/** Five messages in five seconds are a person's limit. */
async function saidByMany(contents: string[]) {
  const messages = []
  for (const content of contents) messages.push(await say(await newPerson(), content))
  return messages
}

const texts = [
  ['a part of a word', 'a zebracrossing', 'BRACROSS'],
  ['Cyrillic', 'Скажи ПРИВЕТ всем', 'привет'],
  ['Greek, with the sigma at the end of a word', 'Ο ΔΡΟΜΟΣ', 'δρομος'],
  ['Turkish', 'Bugün İSTANBUL ıslak', 'istanbul ISLAK'],
  ['German', 'Die STRASSE ist gesperrt', 'straße'],
  ['an accent that is composed otherwise', 'im Cafe\u0301 Central', 'caf\u00e9'],
  ['marks in another order', 'Vie\u0302\u0323t Nam', 'vi\u1ec7t'],
  ['Chinese', '我家在上海东边', '在上海'],
  ['Hindi', 'मुझे हिन्दी आती है', 'हिन्दी'],
  ['Thai', 'สวัสดีชาวโลก', 'ชาวโลก'],
  ['full width', 'ＷＩＤＥ letters', 'wide'],
  ['emoji', 'what 🎉🎊🥳 fun', '🎉🎊🥳'],
  ['signs of LIKE', String.raw`100%_of \ that`, String.raw`%_of \ t`],
] as const

describe('what is found', () => {
  it.each(texts)('SEARCH-1 %s, before Postgres has it and after', async (_, content, q) => {
    await say(await newPerson(), content)
    expect(await found(q)).toEqual([content])
    await flushed()
    expect(await found(q)).toEqual([content])
  })

  it.each(['%%%', '___', String.raw`\\\ `, 'a%z', 'a_z'])(
    'SEARCH-2 no character has a meaning of its own: %s',
    async (q) => {
      await say(await newPerson(), 'abz and a long text')
      await flushed()
      expect(await found(q)).toEqual([])
    },
  )

  it('SEARCH-3 each hit shows the places of the term, counted in code points', async () => {
    const content = '😀 Größe, GRÖSSE und größer'
    await say(await newPerson(), content)
    const [hit] = await hits('größe')
    expect(hit).toMatchObject({ excerpt: content, message: { content, revision: 1 } })
    const characters = [...content]
    expect(hit?.matches.map(({ start, end }) => characters.slice(start, end).join(''))).toEqual([
      'Größe',
      'GRÖSSE',
      'größe',
    ])
  })
})

describe('pages', () => {
  it('SEARCH-4 pages are newest first, without a gap or a repeat, from Postgres and the room', async () => {
    const older = await saidByMany(['pagingword 1', 'other', 'pagingword 2', 'pagingword 3'])
    await flushed()
    const newer = await saidByMany(['pagingword 4', 'other', 'pagingword 5'])
    const expected = [...older, ...newer]
      .filter(({ content }) => content !== 'other')
      .map(({ id }) => id)
      .reverse()
    const all = await allPages(async (more) => {
      const page = await hitPage('pagingWORD', { limit: 2, ...more })
      return { items: page.hits.map(({ message }) => message.id), next_cursor: page.next_cursor }
    })
    expect(all).toEqual(expected)
  })

  it('SEARCH-4 rows that the room has in a newer state leave no gap', async () => {
    const authors = [await newPerson(), await newPerson()]
    const messages = []
    for (let n = 0; n < 6; n++) messages.push(await say(authors[n % 2] as Person, `gapword ${n}`))
    await flushed()
    for (const n of [5, 3, 4]) {
      const message = messages[n] as (typeof messages)[0]
      if (n === 3) await change(authors[1] as Person, message, 'something else')
      else await remove(authors[n % 2] as Person, message)
    }
    const page = await hitPage('gapword', { limit: 2 })
    expect(page.hits.map(({ message }) => message.content)).toEqual(['gapword 2', 'gapword 1'])
    const rest = await hitPage('gapword', { limit: 2, cursor: page.next_cursor ?? '' })
    expect(rest.hits.map(({ message }) => message.content)).toEqual(['gapword 0'])
    expect(rest.next_cursor).toBeNull()
  })

  it('SEARCH-5 author, before, after and cursor hold together', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [first, second] = await saidBy(ada, ['boundword 1', 'boundword 2'])
    const [third] = await saidBy(bo, ['boundword 3'])
    const [fourth] = await saidBy(ada, ['boundword 4'])
    await flushed()
    const [fifth] = await saidBy(ada, ['boundword 5'])
    const ids = async (more: Record<string, string>) =>
      (await hits('boundword', more)).map(({ message }) => message.content.at(-1)).join('')
    expect(await ids({})).toBe('54321')
    expect(await ids({ from: ada.id })).toBe('5421')
    expect(await ids({ before: fourth?.id ?? '' })).toBe('321')
    expect(await ids({ after: second?.id ?? '' })).toBe('543')
    expect(await ids({ after: first?.id ?? '', before: fifth?.id ?? '', from: ada.id })).toBe('42')
    expect(await ids({ cursor: third?.id ?? '', before: fifth?.id ?? '' })).toBe('21')
    expect(await ids({ after: third?.created_at ?? '' })).toContain('3')
    expect(await ids({ before: first?.created_at ?? '', cursor: '' })).toBe('')
  })

  it('SEARCH-6 if the room has more than it sends at once, the pages are short and lose nothing', async () => {
    const author = await newPerson()
    await runInDurableObject(theRoom(), (_, { storage }) => {
      const log = openLog(storage)
      for (let n = 0; n < 1_200; n++) {
        const content = n % 400 ? 'noise' : `manyword ${n}`
        log.append(compose(author, content, { id: log.newId(testClock.now()), clientId: null }))
      }
    })
    await evictDurableObject(theRoom())
    const first = await hitPage('manyword')
    expect(first.hits.map(({ message }) => message.content)).toEqual([
      'manyword 800',
      'manyword 400',
    ])
    const second = await hitPage('manyword', { cursor: first.next_cursor ?? '' })
    expect(second.hits.map(({ message }) => message.content)).toEqual(['manyword 0'])
    expect(second.next_cursor).toBeNull()
    await flushed()
  })
})

describe('what changed a moment ago', () => {
  it('SEARCH-7 an edited message is found by its new text only', async () => {
    const ada = await newPerson()
    const message = await say(ada, 'formerword here')
    await flushed()
    await change(ada, message, 'laterword here')
    expect([await found('formerword'), await found('laterword')]).toEqual([[], ['laterword here']])
    await flushed()
    expect([await found('formerword'), await found('laterword')]).toEqual([[], ['laterword here']])
  })

  it('SEARCH-8 a deleted message is never found', async () => {
    const ada = await newPerson()
    const [one, two] = await saidBy(ada, ['deletedword 1', 'deletedword 2'])
    await flushed()
    if (!one || !two) throw new Error('not sent')
    await remove(ada, one)
    expect(await found('deletedword')).toEqual(['deletedword 2'])
    await trouble({ part: 'postgres', delayMs: 200 })
    const flushing = flushed()
    await remove(ada, two)
    expect(await found('deletedword')).toEqual([])
    await flushing
    expect(await found('deletedword')).toEqual([])
  })

  it.each(['delete', 'edit'])(
    'SEARCH-9 not even if Postgres was just being read: %s',
    async (how) => {
      const ada = await newPerson()
      const message = await say(ada, `racingword ${how}`)
      await flushed()
      await trouble({ part: 'postgres', delayMs: 500 })
      const searched = found(`racingword ${how}`)
      // The search reads Postgres once the person who searches is there, which is another request.
      await new Promise((resolve) => testClock.schedule(700, () => resolve(null)))
      await (how === 'delete' ? remove(ada, message) : change(ada, message, 'harmless'))
      expect(await searched).toEqual([])
    },
  )

  it('SEARCH-10 a purged message is never found, though Postgres still has its text', async () => {
    const moderator = await newModerator()
    const ada = await newPerson()
    await say(ada, 'purgedword')
    await flushed()
    const since = new Date(testClock.now() - 60_000).toISOString()
    expect((await callAs(moderator, 'POST', `/users/${ada.id}/purge`, { since })).status).toBe(200)
    expect(await found('purgedword')).toEqual([])
  })

  it.each(['keep', 'delete'] as const)('SEARCH-11 an erased account: %s', async (mode) => {
    const ada = await newPerson()
    await say(ada, `erasedword ${mode}`)
    await flushed()
    await theRoom().erase(ada.id, mode)
    const left = (await hits(`erasedword ${mode}`)).map(({ message }) => message.username)
    expect(left).toEqual(mode === 'keep' ? ['(deleted account)'] : [])
  })

  it('SEARCH-12 a message that Postgres refuses is found by the state that the room has', async () => {
    const ada = await newPerson()
    const message = await say(ada, 'acceptedword')
    await flushed()
    await sql()`alter table messages add constraint refused check (content not like '%refusedword%')`
    try {
      await change(ada, message, 'refusedword')
      await say(ada, 'refusedword too')
      await flushed()
      expect((await theRoom().state()).setAside).toBe(2)
      expect(await found('acceptedword')).toEqual([])
      expect(await found('refusedword')).toEqual(['refusedword too', 'refusedword'])
      await remove(ada, message)
      expect(await found('refusedword')).toEqual(['refusedword too'])
    } finally {
      await sql()`alter table messages drop constraint refused`
    }
  })
})

describe('who may search', () => {
  it('SEARCH-13 a person may search ten times a minute', async () => {
    const ada = await newPerson()
    for (let n = 0; n < limits.search.perMinute; n++)
      expect((await searchAs(ada, 'whatever')).status).toBe(200)
    const refused = await searchAs(ada, 'whatever')
    expect(refused.status).toBe(429)
    const { code, retry_after } = (await refused.json()) as { code: string; retry_after: number }
    expect([code, retry_after > 50 && retry_after <= 60]).toEqual(['rate_limited', true])
    expect(await outcomeOf(await callAs(ada, 'GET', '/auth/me/mentions'))).toBe('200')
    testClock.moveBy(60_000)
    expect((await searchAs(ada, 'whatever')).status).toBe(200)
  })

  it.each(['search', 'mentions'] as const)(
    'SEARCH-14 strangers, banned people and ended sessions are refused: %s',
    async (kind) => {
      const path = kind === 'search' ? '/messages/search?q=whatever' : '/auth/me/mentions'
      const [banned, loggedOut] = [await newPerson(), await newPerson()]
      await restrict(await newOwner(), 'ban', banned)
      await theRoom().revoke([loggedOut.sessionId])
      expect(await outcomeOf(await call(path))).toBe('401 unauthenticated')
      expect(await outcomeOf(await callAs(banned, 'GET', path))).toBe('403 banned')
      expect(await outcomeOf(await callAs(loggedOut, 'GET', path))).toBe('401 session_ended')
    },
  )
})
