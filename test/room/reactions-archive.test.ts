// Reactions in Postgres: what is written, loaded and forgotten. Wherever they are, the totals of a message
// are the sum of the sets of people: each look at them checks it.

import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ReactionSet } from '../../src/contract/reactions.ts'
import { answer } from '../api/responses.ts'
import {
  callAs,
  newPerson,
  type Person,
  ringUntil,
  say,
  sql,
  theRoom,
  trouble,
} from '../support/chat.ts'
import { lookUp, readPage } from '../support/conversation.ts'
import {
  archived,
  callerOf,
  forgotten,
  inPostgres,
  inRoom,
  newMessage,
  people,
  put,
  react,
  same,
} from '../support/reactions.ts'
import { outcomeOf } from './moderation/moderators.ts'

afterEach(() => trouble({ part: 'postgres' }))

describe('the archive of reactions', () => {
  it('REACT-15 Postgres gets totals and sets together, changed ones only, and the higher revision wins', async () => {
    const id = await newMessage()
    const [bo, cy] = (await people(2)) as [Person, Person]
    await react(bo, id, '👍')
    await react(cy, id, '👍', '🎉')
    await archived()
    expect(await same(id)).toMatchObject({ counts: { '👍': 2, '🎉': 1 } })
    await react(cy, id)
    const rows = await runInDurableObject(theRoom(), ({ components: { reactionTotals } }) =>
      [...reactionTotals.after(0)].map((row) => reactionTotals.archived.toArchive(row)?.state),
    )
    expect(rows).toEqual([
      {
        ...{ message_id: id, counts: { '👍': 1 }, revision: 3, is_whole: false },
        sets: [{ user_id: cy.id, reactions: [] }],
      },
    ])
    await archived()
    expect(await same(id)).toEqual({ counts: { '👍': 1 }, sets: { [bo.id]: ['👍'] } })
  })

  it('REACT-16 During an outage people react, and Postgres gets all of it later', async () => {
    const id = await newMessage()
    const crowd = await people(3)
    await archived()
    await trouble({ part: 'postgres', fault: 'refuse' })
    for (const person of crowd) await react(person, id, '🎉')
    await react(crowd[0] as Person, id)
    await ringUntil(async () => (await theRoom().state()).postgresError !== null)
    await trouble({ part: 'postgres' })
    expect(await inPostgres(id)).toBeNull()
    await archived()
    expect(await same(id)).toMatchObject({ counts: { '🎉': 2 } })
  })

  it('REACT-17 Totals that Postgres refuses are a dead letter, hold up no others, and later bring all their sets', async () => {
    const [id, other] = [await newMessage(), await newMessage()]
    const [bo, cy] = (await people(2)) as [Person, Person]
    await archived()
    await sql()`alter table reaction_totals add constraint refused check (message_id <> ${sql().unsafe(`'${id}'`)})`
    await react(bo, id, '👍')
    await react(bo, other, '👍')
    await archived()
    expect(await inPostgres(other)).toMatchObject({ counts: { '👍': 1 } })
    const letters = await theRoom().setAside()
    expect(letters).toMatchObject([{ kind: 'reactions', key: `reactions:${id}`, message_id: id }])
    await react(cy, id, '👍')
    await archived()
    await sql()`alter table reaction_totals drop constraint refused`
    await theRoom().retrySetAside()
    await ringUntil(async () => (await theRoom().setAside()).length === 0)
    expect(await same(id)).toMatchObject({ counts: { '👍': 2 } })
  })
})

describe('old messages', () => {
  it('REACT-18 The first reaction to a message that the log no longer has loads its totals and sets, and both are forgotten together', async () => {
    const id = await newMessage()
    const [bo, cy, di] = (await people(3)) as [Person, Person, Person]
    await react(bo, id, '👍')
    await react(cy, id, '👍', '🎉')
    const before = await inRoom(id)
    await forgotten()
    expect([await inRoom(id), await inPostgres(id)]).toEqual([null, before])
    expect((await lookUp(id)).reactions).toEqual({ counts: { '👍': 2, '🎉': 1 }, revision: 2 })
    // A repetition changes nothing, and loads nothing for good.
    expect(await react(cy, id, '🎉', '👍')).toMatchObject({ revision: 2 })
    expect(await inRoom(id)).toBeNull()
    const both = await Promise.all([put(cy, id, ['🎉']), put(di, id, ['👍'])])
    for (const one of both) await answer(one, 200, ReactionSet)
    expect(await inRoom(id)).toEqual({
      counts: { '👍': 2, '🎉': 1 },
      sets: Object.fromEntries(
        [
          [bo.id, ['👍']],
          [cy.id, ['🎉']],
          [di.id, ['👍']],
        ].sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
      ),
    })
    await archived()
    const now = await same(id)
    await forgotten()
    expect([await inRoom(id), await inPostgres(id)]).toEqual([null, now])
  })

  it('REACT-19 However many people react to an old message at once, Postgres is asked once; without it they are refused, and other messages take reactions', async () => {
    const id = await newMessage()
    await forgotten()
    const recent = await newMessage()
    const crowd = await people(5)
    const asked = await runInDurableObject(theRoom(), async ({ components: { reactionCalls } }) => {
      const fetched = vi.spyOn(globalThis, 'fetch')
      const all = crowd.map((person) => reactionCalls.react(callerOf(person), id, ['👍']))
      const count = fetched.mock.calls.length
      fetched.mockRestore()
      expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true)
      return count
    })
    expect(asked).toBeLessThanOrEqual(1)
    expect(await inRoom(id)).toMatchObject({ counts: { '👍': 5 } })
    await forgotten()
    await react(crowd[0] as Person, recent, '👍').catch(() => {})
    const newest = await newMessage()
    await trouble({ part: 'postgres', fault: 'refuse' })
    expect(await outcomeOf(await put(crowd[0] as Person, id, []))).toBe('503 unavailable')
    await react(crowd[1] as Person, newest, '👍')
  })

  it('REACT-20 An old message that was edited keeps its counts, on pages and in a look-up', async () => {
    const ada = await newPerson()
    const { id } = await say(ada, 'hello')
    await react(await newPerson(), id, '👍')
    await forgotten()
    expect((await callAs(ada, 'PATCH', `/messages/${id}`, { content: 'edited' })).status).toBe(200)
    const reactions = { counts: { '👍': 1 }, revision: 1 }
    expect(await lookUp(id)).toMatchObject({ content: 'edited', reactions })
    const [first] = (await readPage()).messages
    expect(first).toMatchObject({ id, content: 'edited', reactions })
    expect(await react(ada, id, '👍')).toMatchObject({ revision: 2 })
    expect(await lookUp(id)).toMatchObject({ reactions: { counts: { '👍': 2 }, revision: 2 } })
  })
})
