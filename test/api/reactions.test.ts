// Reading reactions: counts and one's own on every page, who reacted, one's own in a range, and the export.

import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import { Page } from '../../src/contract/routes/messages.ts'
import { OwnReactionsPage, PersonReactionsPage } from '../../src/contract/routes/reactions.ts'
import { idAfter, idBefore } from '../../src/domain/ids.ts'
import { outcomeOf } from '../room/moderation/moderators.ts'
import { call, callAs, newPerson, type Person, say, theRoom, trouble } from '../support/chat.ts'
import { forgetAll, shownEverywhere } from '../support/conversation.ts'
import { archived, callerOf, put, react } from '../support/reactions.ts'
import { answer, callWith } from './responses.ts'

afterEach(() => trouble({ part: 'postgres' }))

const own = async (person: Person, from: string, to: string) =>
  answer(
    await callAs(person, 'GET', `/auth/me/reactions?from=${from}&to=${to}`),
    200,
    OwnReactionsPage,
  )

const who = async (id: string, query = '') =>
  answer(await call(`/messages/${id}/reactions?${query}`), 200, PersonReactionsPage)

const pagesOf = async (person: Person, id: string) =>
  Promise.all(
    ['limit=100', `limit=100&cursor=${idAfter(id)}`, `around=${id}`, `after=${idBefore(id)}`].map(
      async (query) => answer(await callAs(person, 'GET', `/messages?${query}`), 200, Page),
    ),
  )

/** Does the same with what is in the room, and with what only Postgres has. */
async function inBothPlaces(check: () => Promise<void>): Promise<void> {
  await check()
  await archived()
  await forgetAll()
  await check()
}

describe('reading reactions', () => {
  it('REACT-28 Counts stand on every kind of page and in a look-up, wherever the message is', async () => {
    const { id } = await say(await newPerson(), 'hello')
    await react(await newPerson(), id, '👍', '🎉')
    await react(await newPerson(), id, '👍')
    await inBothPlaces(async () => {
      for (const message of await shownEverywhere({ id }))
        expect(message.reactions).toEqual({ counts: { '👍': 2, '🎉': 1 }, revision: 2 })
    })
  })

  it('REACT-29 Every page shows a member the own reactions, also right after they were chosen, and nobody else sees them', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [first, second] = [(await say(ada, 'first')).id, (await say(ada, 'second')).id]
    await react(ada, first, '👍', '🎉')
    await react(bo, second, '👍')
    await inBothPlaces(async () => {
      for (const page of await pagesOf(ada, first))
        expect(page.own_reactions).toEqual({ [first]: ['👍', '🎉'] })
      expect((await pagesOf(bo, first))[0]?.own_reactions).toEqual({ [second]: ['👍'] })
      const anonymous = await answer(await call('/messages?limit=100'), 200, Page)
      expect(anonymous).not.toHaveProperty('own_reactions')
    })
    await react(ada, first)
    await react(ada, second, '😂')
    expect((await pagesOf(ada, first))[0]?.own_reactions).toEqual({ [second]: ['😂'] })
    const members = { READ_ACCESS: 'members' }
    const headers = { authorization: `Bearer ${ada.token}` }
    const page = await answer(await callWith(members, '/messages', { headers }), 200, Page)
    expect(page.own_reactions).toEqual({ [second]: ['😂'] })
    await theRoom().revoke([ada.sessionId])
    expect((await pagesOf(ada, first))[0]).not.toHaveProperty('own_reactions')
  })

  it('REACT-30 The own reactions of a range come from the room and Postgres, in parts, and only to the caller', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const ids: string[] = []
    for (let n = 0; n < 4; n++) ids.push((await say(await newPerson(), `message ${n}`)).id)
    const [first = '', second = '', third = '', last = ''] = ids
    for (const id of [first, second, third]) await react(ada, id, '👍')
    await react(bo, last, '👍')
    await archived()
    await forgetAll()
    await react(ada, second)
    await react(ada, last, '🎉')
    expect(await own(ada, first, last)).toEqual({
      reactions: { [first]: ['👍'], [third]: ['👍'], [last]: ['🎉'] },
      next_from: null,
    })
    expect((await own(ada, second, third)).reactions).toEqual({ [third]: ['👍'] })
    expect((await own(bo, first, last)).reactions).toEqual({ [last]: ['👍'] })
    expect(await outcomeOf(await callAs(ada, 'GET', `/auth/me/reactions?from=${first}`))).toBe(
      '422 invalid',
    )
    expect(await outcomeOf(await call(`/auth/me/reactions?from=${first}&to=${last}`))).toBe(
      '401 unauthenticated',
    )
    // With as many as one answer may have, it says where to go on.
    const { cutAt } = await runInDurableObject(theRoom(), ({ components }) => {
      const { reactionReads, reactionTotals } = components
      const { between } = reactionTotals
      const many = Array.from({ length: 500 }, (_, n) => `${n}`)
      Object.assign(reactionTotals, { between: () => many })
      const share = reactionReads.own(callerOf(ada), { from: first, to: last })
      Object.assign(reactionTotals, { between })
      return share.ok ? share.value : { cutAt: undefined }
    })
    expect(cutAt).toBe('499')
  })

  it('REACT-31 Everyone who may read learns who reacted, page by page, of one emoji or all', async () => {
    const { id } = await say(await newPerson(), 'hello')
    const crowd = await Promise.all(Array.from({ length: 52 }, () => newPerson()))
    crowd.sort((a, b) => (a.id < b.id ? -1 : 1))
    await Promise.all(crowd.map((person) => put(person, id, ['👍'])))
    const [first, ...others] = crowd as [Person, ...Person[]]
    await react(first, id, '🎉')
    const entry = ({ id: user_id, username }: Person, ...reactions: string[]) => ({
      ...{ user_id, username, reactions },
    })
    await inBothPlaces(async () => {
      expect(await who(id, 'emoji=%F0%9F%8E%89')).toEqual({
        people: [entry(first, '🎉')],
        next_cursor: null,
      })
      const page = await who(id)
      expect(page.people).toEqual([
        entry(first, '🎉'),
        ...others.slice(0, 49).map((person) => entry(person, '👍')),
      ])
      const rest = await who(id, `cursor=${page.next_cursor}`)
      expect(rest.people.map(({ user_id }) => user_id)).toEqual(
        others.slice(49).map((person) => person.id),
      )
      expect(rest.next_cursor).toBeNull()
      expect((await who(id, `emoji=${encodeURIComponent('😢')}`)).people).toEqual([])
    })
    expect(await outcomeOf(await call(`/messages/${crypto.randomUUID()}/reactions`))).toBe(
      '404 not_found',
    )
    expect(await outcomeOf(await call(`/messages/${id}/reactions?emoji=x`))).toBe('422 invalid')
  })

  it('REACT-32 Without Postgres the pages of the room show counts, and the own reactions as far as the room has them', async () => {
    const ada = await newPerson()
    const old = (await say(ada, 'old')).id
    await react(ada, old, '👍')
    await archived()
    await forgetAll()
    for (let n = 0; n < 3; n++) await say(await newPerson(), `new ${n}`)
    const recent = (await say(await newPerson(), 'recent')).id
    await react(ada, recent, '🎉')
    await trouble({ part: 'postgres', fault: 'refuse' })
    const page = await answer(await callAs(ada, 'GET', '/messages?limit=2'), 200, Page)
    expect(page.own_reactions).toEqual({ [recent]: ['🎉'] })
    expect(page.messages[0]?.reactions).toEqual({ counts: { '🎉': 1 }, revision: 1 })
    expect((await own(ada, recent, recent)).reactions).toEqual({ [recent]: ['🎉'] })
    const range = `/auth/me/reactions?from=${old}&to=${recent}`
    expect(await outcomeOf(await callAs(ada, 'GET', range))).toBe('503 unavailable')
  })

  it('REACT-33 An export has the own reactions, of the room and of Postgres', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const old = (await say(bo, 'old')).id
    await react(ada, old, '👍')
    await react(bo, old, '😂')
    await archived()
    await forgetAll()
    const recent = (await say(bo, 'recent')).id
    await react(ada, recent, '🎉')
    const exported = await (await callAs(ada, 'GET', '/auth/me/export')).json()
    expect((exported as { reactions: unknown }).reactions).toEqual([
      { message_id: old, reactions: ['👍'] },
      { message_id: recent, reactions: ['🎉'] },
    ])
  })
})
