import { describe, expect, test } from 'vitest'
import { Message } from '../../src/contract/entities.ts'
import { Page } from '../../src/contract/routes/messages.ts'
import { erasedName } from '../../src/contract/values.ts'
import { firstIdAt } from '../../src/domain/ids.ts'
import { call, callAs, newPerson, type Person, Socket, sql, theRoom } from '../support/chat.ts'
import { answer, callWith, post, refusal } from './responses.ts'

async function said(person: Person, content: string): Promise<Message> {
  return answer(await callAs(person, 'POST', '/messages', { content }), 201, Message)
}

async function page(query = ''): Promise<Page> {
  return answer(await call(`/messages${query}`), 200, Page)
}

describe('sending a message', () => {
  test('SAY-1 `POST /messages` answers with the message, and all connections receive it', async () => {
    const [ada, ben] = [await newPerson(), await newPerson()]
    const socket = await Socket.join(ben)
    const message = await said(ada, '  Hello,\r\nroom ')
    expect(message).toMatchObject({
      user_id: ada.id,
      username: ada.username,
      content: 'Hello,\nroom',
      updated_at: null,
      is_deleted: false,
      revision: 1,
    })
    expect((await socket.next('new_message')).data).toEqual(message)
    await socket.close()
  })

  test('SAY-2 Sending again with the same `client_id` makes no second message', async () => {
    const person = await newPerson()
    const body = { content: 'once', client_id: crypto.randomUUID() }
    const first = await answer(await callAs(person, 'POST', '/messages', body), 201, Message)
    const again = await answer(await callAs(person, 'POST', '/messages', body), 200, Message)
    expect(again).toEqual(first)
    expect(first.client_id).toBe(body.client_id)
    const other = await callAs(person, 'POST', '/messages', { ...body, content: 'twice' })
    await refusal(other, 'client_id_reused')
  })

  test('SAY-3 The header `Idempotency-Key` is the `client_id` if the body has none', async () => {
    const { token } = await newPerson()
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': crypto.randomUUID() }
    const first = await answer(
      await call('/messages', post({ content: 'a' }, headers)),
      201,
      Message,
    )
    expect(first.client_id).toBe(headers['idempotency-key'])
    const again = await call('/messages', post({ content: 'a' }, headers))
    expect(await answer(again, 200, Message)).toEqual(first)
    const own = { content: 'a', client_id: crypto.randomUUID() }
    const second = await answer(await call('/messages', post(own, headers)), 201, Message)
    expect(second.client_id).toBe(own.client_id)
  })

  test.each([
    ['content', ''],
    ['content', ' \u200b '],
    ['content', 'a'.repeat(2001)],
    ['content', 'half \ud83d'],
    ['content', 'nul \u0000'],
    ['client_id', ''],
    ['client_id', 'a'.repeat(65)],
    ['client_id', 7],
  ])('SAY-4 An invalid text or `client_id` is refused: %s %j', async (field, value) => {
    const body = { content: 'fine', [field]: value }
    const response = await callAs(await newPerson(), 'POST', '/messages', body)
    expect(Object.keys((await refusal(response, 'invalid')).errors ?? {})).toEqual([field])
  })

  test('SAY-5 An `Idempotency-Key` that is too long is refused', async () => {
    const { token } = await newPerson()
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'a'.repeat(65) }
    const response = await call('/messages', post({ content: 'a' }, headers))
    expect((await refusal(response, 'invalid')).errors).toHaveProperty('idempotency-key')
  })

  test('SAY-6 The length of a text is counted in code points, and 2,000 are kept', async () => {
    const person = await newPerson()
    expect((await said(person, '💬'.repeat(2000))).content).toBe('💬'.repeat(2000))
  })

  test('SAY-7 Sending too often is refused, with the time to wait', async () => {
    const person = await newPerson()
    for (let count = 0; count < 5; count++) await said(person, `message ${count}`)
    const response = await callAs(person, 'POST', '/messages', { content: 'one more' })
    const { detail, retry_after } = await refusal(response, 'rate_limited')
    expect(detail).toBe('Rate limit exceeded. Please slow down.')
    expect(retry_after).toBeLessThanOrEqual(5)
  })
})

describe('editing and deleting', () => {
  test('CHANGE-1 A message can be edited by REST, and then deleted for good', async () => {
    const person = await newPerson()
    const { id } = await said(person, 'first')
    const edited = await callAs(person, 'PATCH', `/messages/${id}`, { content: 'second' })
    expect(await answer(edited, 200, Message)).toMatchObject({ id, content: 'second', revision: 2 })

    for (let again = 0; again < 2; again++) {
      const deleted = await callAs(person, 'DELETE', `/messages/${id.toUpperCase()}`)
      expect(deleted.status).toBe(204)
      expect(await deleted.text()).toBe('')
    }
    const late = await callAs(person, 'PATCH', `/messages/${id}`, { content: 'third' })
    await refusal(late, 'not_found')
  })

  test('CHANGE-2 By REST only its author can change a message', async () => {
    const [author, other] = [await newPerson(), await newPerson()]
    const { id } = await said(author, 'mine')
    const edit = await callAs(other, 'PATCH', `/messages/${id}`, { content: 'yours' })
    await refusal(edit, 'not_the_author')
    await refusal(await callAs(other, 'DELETE', `/messages/${id}`), 'not_the_author')
  })

  test('CHANGE-3 A change needs the valid id of a message that exists', async () => {
    const person = await newPerson()
    const nowhere = `/messages/${crypto.randomUUID()}`
    await refusal(await callAs(person, 'PATCH', nowhere, { content: 'a' }), 'not_found')
    await refusal(await callAs(person, 'DELETE', nowhere), 'not_found')
    const bad = await callAs(person, 'PATCH', '/messages/17', { content: 'a' })
    expect((await refusal(bad, 'invalid')).errors).toEqual({ id: 'Must be a UUID.' })
    await refusal(await callAs(person, 'DELETE', '/messages/17'), 'invalid')
  })

  test('CHANGE-4 A change needs a token', async () => {
    const path = `/messages/${crypto.randomUUID()}`
    await refusal(
      await call(path, { ...post({ content: 'a' }), method: 'PATCH' }),
      'unauthenticated',
    )
    await refusal(await call(path, { method: 'DELETE' }), 'unauthenticated')
  })
})

describe('the history', () => {
  test('HIST-1 The history is paged, newest first, without deleted messages', async () => {
    const person = await newPerson()
    const made: string[] = []
    for (const text of ['a', 'b', 'c', 'd']) made.push((await said(person, text)).id)
    await callAs(person, 'DELETE', `/messages/${made[1]}`)

    const first = await page('?limit=2')
    expect(first.messages.map(({ id }) => id)).toEqual([made[3], made[2]])
    expect(first.session.seq).toBeGreaterThan(0)
    const second = await page(`?limit=1&cursor=${first.next_cursor}`)
    expect(second.messages.map(({ id }) => id)).toEqual([made[0]])
  })

  test('HIST-2 The history can be read back from any message and from any time', async () => {
    const person = await newPerson()
    const older = await said(person, 'older')
    const newer = await said(person, 'newer')
    expect((await page(`?limit=1&cursor=${newer.id}`)).messages).toEqual([older])

    const later = new Date(Date.parse(newer.created_at) + 1).toISOString()
    expect((await page(`?limit=1&cursor=${later}`)).messages).toEqual([newer])
    const then = encodeURIComponent(newer.created_at.replace('Z', '+00:00'))
    expect((await page(`?cursor=${then}`)).messages).not.toContainEqual(newer)
    expect(await page('?cursor=1990-01-01T00:00:00Z')).toMatchObject({
      messages: [],
      next_cursor: null,
    })
  })

  test('HIST-3 The history continues in the archive where the log ends, without messages that are deleted there', async () => {
    const { id: user_id, username } = await newPerson()
    const at = Date.parse('2020-05-17T12:00:00.000Z')
    const archived = [0, 1, 2].map((ms) => firstIdAt(at + ms))
    for (const [index, id] of archived.entries())
      await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
        values (${id}, ${user_id}, ${index === 1 ? '' : 'old'}, ${new Date(at + index)}, ${index === 1}, 1)`

    const from = '2020-05-17T12:00:00.0020001Z'
    const first = await page(`?limit=1&cursor=${from}`)
    expect(first.messages).toMatchObject([{ id: archived[2], username, content: 'old' }])
    const second = await page(`?limit=1&cursor=${first.next_cursor}`)
    expect(second.messages.map(({ id }) => id)).toEqual([archived[0]])
    expect(second.next_cursor).toBeNull()
    expect((await page('?cursor=2020-05-17T12:00:00.002Z')).messages).toHaveLength(1)
  })

  test('HIST-10 The history shows neither the deleted messages nor the name of an erased account, also while Postgres has both', async () => {
    const at = Date.parse('2019-03-14T12:00:00.000Z')
    const archive = async (ms: number, content: string) => {
      const person = await newPerson()
      await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
        values (${firstIdAt(at + ms)}, ${person.id}, ${content}, ${new Date(at + ms)}, false, 1)`
      return person
    }
    const [left, went, stayed] = [
      await archive(0, 'left behind'),
      await archive(1, 'taken along'),
      await archive(2, 'there'),
    ]
    await theRoom().erase(left.id, 'keep')
    await theRoom().erase(went.id, 'delete')
    const { messages, next_cursor } = await page('?cursor=2019-03-14T12:00:00.003Z')
    expect(messages.map(({ username, content }) => [username, content])).toEqual([
      [stayed.username, 'there'],
      [erasedName, 'left behind'],
    ])
    expect(next_cursor).toBeNull()
  })

  test('HIST-11 The newest page has all messages, edits and deletions from before it was requested', async () => {
    const person = await newPerson()
    const shown = async (id: string) => {
      const pages = await Promise.all([page('?limit=1'), page('?limit=1'), page('?limit=2')])
      return pages.map(({ messages }) => messages.find((message) => message.id === id)?.content)
    }
    for (let round = 0; round < 5; round++) {
      const { id } = await said(person, `round ${round}`)
      expect(await shown(id)).toEqual(Array.from({ length: 3 }, () => `round ${round}`))
      await callAs(person, 'PATCH', `/messages/${id}`, { content: `changed ${round}` })
      expect(await shown(id)).toEqual(Array.from({ length: 3 }, () => `changed ${round}`))
      await callAs(person, 'DELETE', `/messages/${id}`)
      expect(await shown(id)).toEqual([undefined, undefined, undefined])
    }
  })

  test.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', '1.5'],
    ['limit', 'many'],
    ['limit', '0x10'],
    ['limit', '1e1'],
    ['limit', '+5'],
    ['limit', '%205%20'],
    ['limit', '5&limit=6'],
    ['cursor', 'yesterday'],
    ['cursor', '2026-11-23T12:00:00'],
  ])('HIST-4 An invalid limit or cursor is refused: %s=%s', async (name, value) => {
    const { errors } = await refusal(await call(`/messages?${name}=${value}`), 'invalid')
    expect(Object.keys(errors ?? {})).toEqual([name])
  })

  test('HIST-5 With `READ_ACCESS=members` the history needs a token', async () => {
    const { token } = await newPerson()
    const closed = { READ_ACCESS: 'members' }
    for (const path of ['/messages', '/users/online']) {
      await refusal(await callWith(closed, path), 'unauthenticated')
      const headers = { authorization: `Bearer ${token}` }
      expect((await callWith(closed, path, { headers })).status).toBe(200)
    }
  })

  test('HIST-6 With `READ_ACCESS=members` the history is closed to a session that was logged out', async () => {
    const person = await newPerson()
    expect((await callAs(person, 'POST', '/auth/logout', {})).status).toBe(204)
    const headers = { authorization: `Bearer ${person.token}` }
    for (const path of ['/messages', '/users/online']) {
      await refusal(await callWith({ READ_ACCESS: 'members' }, path, { headers }), 'session_ended')
      expect((await callWith({}, path, { headers })).status).toBe(200)
    }
  })
})
