import { abortAllDurableObjects } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { call, callAs, flushed, newPerson, Socket, say, sql } from '../../support/chat.ts'
import { testClock } from '../../support/test-clock.ts'
import { newModerator, outcomeOf, restrict } from './moderators.ts'

const minute = 60_000
const inMs = (ms: number) => new Date(testClock.now() + ms).toISOString()

describe('a mute', () => {
  it('MUTE-1 is told to the person and the moderators, and to nobody else', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    const sockets = await Promise.all([moderator, ada, bo].map((person) => Socket.join(person)))
    const [ofModerator, ofAda, ofBo] = sockets as [Socket, Socket, Socket]
    const until = inMs(minute)
    await restrict(moderator, 'mute', ada, { until, reason: 'Noise' })
    const data = {
      ...{ user_id: ada.id, username: ada.username },
      ...{ mute: { until, reason: 'Noise' }, ban: null },
    }
    expect((await ofAda.next('restricted')).data).toEqual(data)
    expect((await ofModerator.next('restricted')).data).toEqual(data)
    expect((await ofModerator.next('audit_added')).data).toMatchObject({
      ...{ action: 'mute', until, reason: 'Noise' },
      ...{ by: { id: moderator.id }, target: { id: ada.id } },
    })
    await ofBo.settle()
    expect([...ofBo.of('restricted'), ...ofBo.of('audit_added')]).toEqual([])
  })

  it('MUTE-2 is told with each welcome while it lasts, and an end needs no event', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    await restrict(moderator, 'mute', ada, { until: inMs(minute) })
    expect((await Socket.join(ada)).of('restricted')).toHaveLength(1)
    testClock.moveBy(minute + 1)
    expect((await Socket.join(ada)).of('restricted')).toEqual([])
  })

  it('MUTE-3 that was answered holds after a kill of the room, and is in Postgres a moment later', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    await restrict(moderator, 'mute', ada)
    await abortAllDurableObjects()
    const refused = await callAs(ada, 'POST', '/messages', { content: 'hi' })
    expect(await outcomeOf(refused)).toBe('403 muted')
    await flushed()
    const [row] = await sql()`select mute from restrictions where user_id = ${ada.id}`
    expect(row?.mute).toEqual({ until: null, reason: null })
  })

  it('MUTE-4 ends with its deletion, which may be repeated', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    const socket = await Socket.join(ada)
    await restrict(moderator, 'mute', ada)
    const end = () => callAs(moderator, 'DELETE', `/users/${ada.id}/mute`)
    expect([(await end()).status, (await end()).status]).toEqual([204, 204])
    await socket.next('restricted')
    expect((await socket.next('restricted')).data).toMatchObject({ mute: null, ban: null })
    await say(ada, 'hi')
    await flushed()
    const [row] = await sql()`select mute from restrictions where user_id = ${ada.id}`
    expect(row?.mute ?? null).toBeNull()
  })

  it('MUTE-5 an end in the past or after the year 9999 is refused', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    for (const until of [inMs(-1), '9999-12-31T23:59:59-01:00', 'tomorrow', 5]) {
      const answer = await callAs(moderator, 'PUT', `/users/${ada.id}/mute`, { until })
      const problem = (await answer.json()) as { errors: object }
      expect([answer.status, Object.keys(problem.errors)]).toEqual([422, ['until']])
    }
  })

  it('MUTE-6 moderators can list all who are muted or banned, page by page', async () => {
    const moderator = await newModerator()
    const people = await Promise.all(Array.from({ length: 52 }, () => newPerson()))
    for (const person of people.slice(0, 50)) await restrict(moderator, 'mute', person)
    const other = await newModerator()
    for (const person of people.slice(50)) await restrict(other, 'ban', person)
    const found = new Set<string>()
    let cursor: string | null = ''
    do {
      const page = await callAs(other, 'GET', `/users?restricted=true&cursor=${cursor}`)
      const { users, next_cursor } = (await page.json()) as {
        users: { user_id: string }[]
        next_cursor: string | null
      }
      for (const { user_id } of users) found.add(user_id)
      cursor = next_cursor
    } while (cursor !== null)
    for (const { id } of people) expect(found.has(id)).toBe(true)
  })
})

describe('a ban', () => {
  it('BAN-10 tells the person why, closes all their connections with 4403, and the others see them leave', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    const [first, second] = [await Socket.join(ada), await Socket.join(ada, { batching: true })]
    const witness = await Socket.join(bo)
    const until = inMs(minute)
    await restrict(moderator, 'ban', ada, { until, reason: 'Spam' })
    for (const socket of [first, second]) {
      expect((await socket.closed).code).toBe(4403)
      expect(socket.frames.at(-1)).toMatchObject({
        event: 'restricted',
        data: { mute: null, ban: { until, reason: 'Spam' } },
      })
    }
    const left = await witness.next('user_left')
    expect(left.data.user_id).toBe(ada.id)
    expect(witness.of('restricted')).toEqual([])
  })

  it('BAN-11 refuses new connections with the same frame, and calls with its end and reason', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    testClock.stop()
    await restrict(moderator, 'ban', ada, { until: inMs(minute), reason: 'Spam' })
    const socket = await Socket.open(ada.token)
    expect((await socket.closed).code).toBe(4403)
    expect(socket.frames).toMatchObject([{ event: 'restricted', data: { user_id: ada.id } }])
    const message = `/messages/${(await say(moderator, 'hello')).id}`
    for (const [method, path, body] of [
      ['POST', '/messages', { content: 'hi' }],
      ['PATCH', message, { content: 'hi' }],
      ['DELETE', message],
      ['POST', `${message}/report`, {}],
      ['POST', '/ws/ticket'],
      ['GET', '/audit'],
    ] as const) {
      const answer = await callAs(ada, method, path, body)
      const text = await answer.clone().text()
      expect([path, await outcomeOf(answer)]).toEqual([path, '403 banned'])
      expect(text).toContain('Spam')
      expect(answer.headers.get('retry-after')).toBe('60')
    }
  })

  it('BAN-12 calls about the own account still work, and the person comes back at the end', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    await restrict(moderator, 'ban', ada, { until: inMs(minute) })
    for (const path of ['/auth/me', '/auth/sessions', '/auth/me/export'])
      expect((await callAs(ada, 'GET', path)).status).toBe(200)
    testClock.moveBy(minute + 1)
    await Socket.join(ada)
    await say(ada, 'back')
  })

  it('BAN-13 a lifted ban lets the person in at once', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    await restrict(moderator, 'ban', ada)
    expect((await callAs(moderator, 'DELETE', `/users/${ada.id}/ban`)).status).toBe(204)
    await Socket.join(ada)
    expect((await call('/users/online')).status).toBe(200)
  })

  it('BAN-14 a mute and a ban of one person are independent', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    await restrict(moderator, 'mute', ada, { reason: 'Noise' })
    const both = await restrict(moderator, 'ban', ada, { until: inMs(minute) })
    expect(both).toMatchObject({ mute: { reason: 'Noise' }, ban: { reason: null } })
    testClock.moveBy(minute + 1)
    const refused = await callAs(ada, 'POST', '/messages', { content: 'hi' })
    expect(await outcomeOf(refused)).toBe('403 muted')
  })
})
