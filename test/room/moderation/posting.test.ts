import { beforeEach, describe, expect, it } from 'vitest'
import { firstIdAt } from '../../../src/domain/ids.ts'
import {
  callAs,
  newPerson,
  type Person,
  roundTrip,
  Socket,
  sql,
  tokenFor,
} from '../../support/chat.ts'
import { testClock } from '../../support/test-clock.ts'
import { callAsOperator, changeRoom, newModerator, outcomeOf, restrict } from './moderators.ts'

const minute = 60_000

/** Sends over REST or a socket. @returns the code of the refusal, or `sent` */
const channels: Record<string, (person: Person, content: string) => Promise<string>> = {
  async REST(person, content) {
    const answer = await callAs(person, 'POST', '/messages', { content })
    return answer.ok ? 'sent' : ((await answer.json()) as { code: string }).code
  },
  async socket(person, content) {
    const socket = await Socket.join(person)
    const client_id = crypto.randomUUID()
    socket.send('send_message', { content, client_id })
    const answer = () =>
      [...socket.of('error'), ...socket.of('new_message')].find(
        ({ data }) => data.client_id === client_id,
      )
    while (!answer()) await roundTrip()
    const found = answer()
    await socket.close()
    if (found?.event !== 'error') return 'sent'
    expect(found.data.event).toBe('send_message')
    return found.data.code
  },
}

/** A person whose account is this old. */
async function newAccount(ageMs: number): Promise<Person> {
  const person = await newPerson('new')
  const id = firstIdAt(testClock.now() - ageMs).replace(/.{12}$/, person.id.slice(-12))
  await sql()`
    insert into users (id, username, username_canonical, email, email_canonical, password_hash)
    values (${id}, ${`n-${id}`}, ${`n-${id}`}, ${id}, ${id}, '-')`
  const member = { id, username: `n-${id}` }
  return { ...member, sessionId: person.sessionId, token: await tokenFor(member) }
}

describe.each(Object.keys(channels))('writing over %s', (channel) => {
  const send = channels[channel] as (typeof channels)[string]
  let moderator: Person

  beforeEach(async () => {
    moderator = await newModerator()
    await changeRoom(moderator, { slow_mode_ms: 0, posting: 'everyone', links: 'everyone' })
    await callAsOperator('PUT', '/room/words', { terms: [] })
  })

  it('WRITE-1 a muted person sends nothing until the end of the mute, and others do', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const until = new Date(testClock.now() + minute).toISOString()
    await restrict(moderator, 'mute', ada, { until })
    expect([await send(ada, 'hi'), await send(bo, 'hi')]).toEqual(['muted', 'sent'])
    testClock.moveBy(minute + 1)
    expect(await send(ada, 'hi')).toBe('sent')
  })

  it('WRITE-2 where only moderators may write, members are refused', async () => {
    await changeRoom(moderator, { posting: 'moderators' })
    const ada = await newPerson()
    expect([await send(ada, 'hi'), await send(moderator, 'hi')]).toEqual(['posting_closed', 'sent'])
  })

  it('WRITE-3 where established accounts may write, new ones wait until they are, and random ids count as old', async () => {
    await changeRoom(moderator, { posting: 'established' })
    const [old, fresh] = [await newAccount(11 * minute), await newAccount(9 * minute)]
    expect([await send(old, 'hi'), await send(fresh, 'hi')]).toEqual(['sent', 'posting_closed'])
    expect(await send(await newPerson(), 'hi')).toBe('sent')
    testClock.moveBy(minute + 1)
    expect(await send(fresh, 'hi')).toBe('sent')
  })

  it('WRITE-4 links are refused to those who may not send them', async () => {
    await changeRoom(moderator, { links: 'established' })
    const [old, fresh] = [await newPerson(), await newAccount(minute)]
    const link = 'see https://example.com/page'
    expect([await send(old, link), await send(fresh, link)]).toEqual(['sent', 'content_refused'])
    await changeRoom(moderator, { links: 'moderators' })
    expect([await send(old, link), await send(moderator, link)]).toEqual([
      'content_refused',
      'sent',
    ])
    expect(await send(old, 'no link')).toBe('sent')
  })

  it('WRITE-5 in slow mode a person sends once in its time, and staff as often as ever', async () => {
    await changeRoom(moderator, { slow_mode_ms: 10_000 })
    const ada = await newPerson()
    expect([await send(ada, '1'), await send(ada, '2')]).toEqual(['sent', 'slow_mode'])
    testClock.moveBy(10_001)
    expect(await send(ada, '3')).toBe('sent')
    expect([await send(moderator, '1'), await send(moderator, '2')]).toEqual(['sent', 'sent'])
  })

  it('WRITE-6 a text with a term of the word list is refused, and the term is not named', async () => {
    await callAsOperator('PUT', '/room/words', { terms: ['casino', '*spam*'] })
    const ada = await newPerson()
    expect(await send(ada, 'the C.A.S.I.N.O')).toBe('content_refused')
    expect(await send(ada, 'antispammer')).toBe('content_refused')
    expect(await send(ada, 'casinos')).toBe('sent')
    const answer = await callAs(ada, 'POST', '/messages', { content: 'casino' })
    expect(await answer.text()).not.toContain('casino')
  })
})

describe('a refusal', () => {
  it('WRITE-7 of a mute tells the end and the reason, over both channels alike', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    testClock.stop()
    const until = new Date(testClock.now() + minute).toISOString()
    await restrict(moderator, 'mute', ada, { until, reason: 'Advertising' })
    const answer = await callAs(ada, 'POST', '/messages', { content: 'hi' })
    expect(answer.headers.get('retry-after')).toBe('60')
    const { detail } = (await answer.json()) as { detail: string }
    expect(detail).toContain(until)
    expect(detail).toContain('Advertising')
    const socket = await Socket.join(ada)
    socket.send('send_message', { content: 'hi', client_id: 'c' })
    expect((await socket.next('error')).data).toEqual({
      ...{ code: 'muted', event: 'send_message', client_id: 'c', message: detail },
      retry_after_ms: minute,
    })
  })

  it('WRITE-8 a muted person cannot edit or type, and can delete, read and report', async () => {
    const [moderator, ada, bo] = [await newModerator(), await newPerson(), await newPerson()]
    const [own, foreign] = await Promise.all(
      [ada, bo].map(async (person) => {
        const answer = await callAs(person, 'POST', '/messages', { content: 'hi' })
        return ((await answer.json()) as { id: string }).id
      }),
    )
    await restrict(moderator, 'mute', ada)
    const edit = await callAs(ada, 'PATCH', `/messages/${own}`, { content: 'x' })
    expect(await outcomeOf(edit)).toBe('403 muted')
    const socket = await Socket.join(ada)
    socket.send('typing')
    expect((await socket.next('error')).data).toMatchObject({ code: 'muted', event: 'typing' })
    expect((await callAs(ada, 'GET', '/messages')).status).toBe(200)
    expect((await callAs(ada, 'POST', `/messages/${foreign}/report`, {})).status).toBe(204)
    expect((await callAs(ada, 'DELETE', `/messages/${own}`)).status).toBe(204)
  })

  it('WRITE-9 a text that may not be sent cannot be edited in', async () => {
    await callAsOperator('PUT', '/room/words', { terms: ['casino'] })
    const ada = await newPerson()
    const sent = await callAs(ada, 'POST', '/messages', { content: 'hi' })
    const { id } = (await sent.json()) as { id: string }
    const edit = await callAs(ada, 'PATCH', `/messages/${id}`, { content: 'casino' })
    expect(await outcomeOf(edit)).toBe('422 content_refused')
    await callAsOperator('PUT', '/room/words', { terms: [] })
  })

  it('WRITE-10 a retry of an accepted message is answered, whatever its author may do by now', async () => {
    const [moderator, ada] = [await newModerator(), await newPerson()]
    const body = { content: 'hi', client_id: 'c' }
    const first = await callAs(ada, 'POST', '/messages', body)
    await restrict(moderator, 'mute', ada)
    const again = await callAs(ada, 'POST', '/messages', body)
    expect([first.status, again.status]).toEqual([201, 200])
  })

  it('WRITE-11 refused texts count towards the limit on messages', async () => {
    await callAsOperator('PUT', '/room/words', { terms: ['casino'] })
    const ada = await newPerson()
    const outcomes: string[] = []
    for (let n = 0; n < 6; n++)
      outcomes.push(await outcomeOf(await callAs(ada, 'POST', '/messages', { content: 'casino' })))
    expect(outcomes).toEqual([...Array(5).fill('422 content_refused'), '429 rate_limited'])
    await callAsOperator('PUT', '/room/words', { terms: [] })
  })
})
