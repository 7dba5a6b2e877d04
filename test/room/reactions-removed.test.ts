// What takes reactions along, in the room and in Postgres: deletions, purges and erasures.

import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { eraseAccount } from '../../src/postgres/own-account.ts'
import { db } from '../api/moderation-archive.ts'
import { callAs, newPerson, type Person, ringUntil, say, sql, theRoom } from '../support/chat.ts'
import {
  archived,
  forgotten,
  inPostgres,
  inRoom,
  newMessage,
  people,
  put,
  react,
  same,
} from '../support/reactions.ts'
import { testClock } from '../support/test-clock.ts'
import { newModerator, outcomeOf } from './moderation/moderators.ts'

/** As the Worker does when an account is erased. */
const eraseInPostgres = ({ id }: Person) => eraseAccount(db, id, testClock.now())

describe('what takes reactions along', () => {
  it('REACT-21 A deletion removes all reactions to the message, in the room and in Postgres', async () => {
    const ada = await newPerson()
    const [first, second] = [(await say(ada, 'first')).id, (await say(ada, 'second')).id]
    for (const id of [first, second]) await react(await newPerson(), id, '👍')
    await archived()
    await callAs(ada, 'DELETE', `/messages/${first}`)
    expect(await inRoom(first)).toBeNull()
    await forgotten()
    expect(await inPostgres(first)).toBeNull()
    // The reactions to an old message are in the room again when it is deleted.
    await react(await newPerson(), second, '🎉')
    await callAs(ada, 'DELETE', `/messages/${second}`)
    expect(await inRoom(second)).toBeNull()
    await archived()
    expect([await inRoom(second), await inPostgres(second)]).toEqual([null, null])
    expect(await outcomeOf(await put(ada, second, ['👍']))).toBe('404 not_found')
  })

  it('REACT-22 A purge removes the reactions to all its messages, also to old ones that were loaded again', async () => {
    const [ada, bo] = (await people(2)) as [Person, Person]
    const [old, loaded] = [(await say(ada, 'old')).id, (await say(ada, 'loaded')).id]
    for (const id of [old, loaded]) await react(bo, id, '👍')
    await forgotten()
    await react(bo, loaded, '🎉')
    const recent = (await say(ada, 'recent')).id
    await react(bo, recent, '👍')
    const purge = { since: new Date(testClock.now() - 3_600_000).toISOString() }
    expect(
      (await callAs(await newModerator(), 'POST', `/users/${ada.id}/purge`, purge)).status,
    ).toBe(200)
    for (const id of [old, loaded, recent]) {
      expect(await inRoom(id)).toBeNull()
      expect(await outcomeOf(await put(bo, id, ['👍']))).toBe('404 not_found')
    }
    await archived()
    await ringUntil(async () => {
      const [row] =
        await sql()`select count(*) as n from reaction_sets where message_id in (${old}, ${loaded}, ${recent})`
      return Number(row?.n) === 0
    })
    for (const id of [old, loaded, recent]) expect(await inPostgres(id)).toBeNull()
  })

  it('REACT-23 The erasure of an account removes what it chose and corrects the totals, in the room with an event', async () => {
    const [ada, bo, cy] = (await people(3)) as [Person, Person, Person]
    const [old, recent, mine] = [
      await newMessage(),
      await newMessage(),
      (await say(ada, 'mine')).id,
    ]
    for (const person of [ada, bo]) await react(person, old, '👍')
    await forgotten()
    for (const id of [recent, mine]) await react(bo, id, '🎉')
    for (const person of [ada, cy]) await react(person, recent, '👍')
    await archived()
    const { seq } = await theRoom().report()
    await sql()`update users set password_hash = '' where id = ${ada.id}`
    await theRoom().erase(ada.id, 'delete')
    expect(await inRoom(recent)).toEqual({
      counts: { '🎉': 1, '👍': 1 },
      sets: Object.fromEntries(
        [
          [bo.id, ['🎉']],
          [cy.id, ['👍']],
        ].sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
      ),
    })
    expect(await inRoom(mine)).toBeNull()
    await archived()
    // One for the erasure, one for the corrected totals.
    expect((await theRoom().report()).seq).toBe(seq + 2)
    expect(await same(recent)).toMatchObject({ counts: { '🎉': 1, '👍': 1 } })
    await eraseInPostgres(ada)
    expect(await inPostgres(old)).toEqual({ counts: { '👍': 1 }, sets: { [bo.id]: ['👍'] } })
    expect(await sql()`select 1 from reaction_sets where user_id = ${ada.id}`).toEqual([])
    await same(recent)
  })
})

describe('a roll-back', () => {
  it('REACT-34 The reactions of accounts that the release before has erased are taken out when this one is back', async () => {
    const [ada, bo] = (await people(2)) as [Person, Person]
    const id = await newMessage()
    for (const person of [ada, bo]) await react(person, id, '👍')
    await archived()
    await runInDurableObject(theRoom(), (_, { storage: { sql } }) => {
      // It knows neither the kind nor the tables.
      sql.exec('update meta set value = \'["messages","purges"]\' where key = \'archived_kinds\'')
      sql.exec("insert into erasures (seq, user_id, remains, at) values (-9, ?, 'keep', 0)", ada.id)
    })
    await abortAllDurableObjects()
    await theRoom().state()
    expect(await inRoom(id)).toEqual({ counts: { '👍': 1 }, sets: { [bo.id]: ['👍'] } })
    await archived()
    await same(id)
  })
})
