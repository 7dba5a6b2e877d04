import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import { callAs, newPerson, type Person, Socket, sql, theRoom } from '../support/chat.ts'

async function say(person: Person, content: string): Promise<Message> {
  return (await callAs(person, 'POST', '/messages', { content })).json()
}

async function codeOf(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as { code: string }).code]
}

/** A message that only Postgres has, as after pruning. */
async function archived(author: Person, content: string): Promise<string> {
  const id = `01900000-0000-7000-8000-${crypto.randomUUID().slice(24)}`
  await sql()`insert into messages (id, user_id, content, created_at, is_deleted, revision)
    values (${id}, ${author.id}, ${content}, now(), false, 1)`
  return id
}

const rowOf = (id: string) =>
  runInDurableObject(theRoom(), (_, { storage }) =>
    storage.sql
      .exec<Record<string, SqlStorageValue>>('select * from messages where id = ?', id)
      .toArray()
      .at(0),
  )

describe('editing', () => {
  it('EDIT-1 everyone is told the new text, with a higher revision and the next seq', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const socket = await Socket.join(bo)
    const message = await say(ada, 'before')
    const told = await socket.next('new_message')

    const answer = await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: ' after ' })

    const edited = (await answer.json()) as Message
    expect(edited).toMatchObject({ id: message.id, content: 'after', revision: 2 })
    expect(Date.parse(edited.updated_at as string)).toBeGreaterThan(Date.parse(message.created_at))
    expect(await socket.next('message_edited')).toEqual({
      event: 'message_edited',
      data: {
        message_id: message.id,
        content: 'after',
        updated_at: edited.updated_at,
        revision: 2,
      },
      seq: (told.seq as number) + 1,
    })
  })

  it('EDIT-2 the same text is no event', async () => {
    const ada = await newPerson()
    const message = await say(ada, 'same')
    const socket = await Socket.join(ada)

    const answer = await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: 'same' })

    expect(await answer.json()).toEqual(message)
    await socket.settle()
    expect(socket.of('message_edited')).toEqual([])
  })

  it('EDIT-3 only the author may; of what is not there nobody may', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const message = await say(ada, 'mine')
    const edit = (id: string) => callAs(bo, 'PATCH', `/messages/${id}`, { content: 'yours' })

    expect(await codeOf(await edit(message.id))).toEqual([403, 'not_the_author'])
    expect(await codeOf(await edit(crypto.randomUUID()))).toEqual([404, 'not_found'])
    expect(await codeOf(await edit('7'))).toEqual([422, 'invalid'])
  })

  it('EDIT-4 20 changes in 10 seconds, charged before anything is looked up', async () => {
    const ada = await newPerson()
    const statuses = []
    for (let n = 0; n < 21; n++)
      statuses.push((await callAs(ada, 'DELETE', `/messages/${crypto.randomUUID()}`)).status)
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(404))
    expect(statuses[20]).toBe(429)
  })
})

describe('deleting', () => {
  it('DEL-1 everyone is told, and the text is gone from the log', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    const message = await say(ada, 'a secret')

    const answer = await callAs(ada, 'DELETE', `/messages/${message.id}`)

    expect(answer.status).toBe(204)
    expect((await socket.next('message_deleted')).data).toEqual({
      message_id: message.id,
      revision: 2,
    })
    expect(await rowOf(message.id)).toMatchObject({ content: '', is_deleted: 1, revision: 2 })
  })

  it('DEL-2 is final: no edit brings the message back, a second deletion is no event', async () => {
    const ada = await newPerson()
    const message = await say(ada, 'once')
    await callAs(ada, 'DELETE', `/messages/${message.id}`)
    const socket = await Socket.join(ada)

    const edit = await callAs(ada, 'PATCH', `/messages/${message.id}`, { content: 'again' })
    const again = await callAs(ada, 'DELETE', `/messages/${message.id}`)

    expect(await codeOf(edit)).toEqual([404, 'not_found'])
    expect(again.status).toBe(204)
    await socket.settle()
    expect(socket.of('message_deleted')).toEqual([])
  })

  it('DEL-3 only the author may', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const message = await say(ada, 'mine')
    const answer = await callAs(bo, 'DELETE', `/messages/${message.id}`)
    expect(await codeOf(answer)).toEqual([403, 'not_the_author'])
    expect((await rowOf(message.id))?.content).toBe('mine')
  })
})

describe('a message that only Postgres has', () => {
  it('OLD-1 is edited and deleted like any other', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    const id = await archived(ada, 'old')

    const edited = await callAs(ada, 'PATCH', `/messages/${id}`, { content: 'newer' })
    expect(await edited.json()).toMatchObject({ id, content: 'newer', revision: 2 })
    expect((await socket.next('message_edited')).data.message_id).toBe(id)
    expect(await rowOf(id)).toMatchObject({ created_seq: 0, revision: 2 })

    expect((await callAs(ada, 'DELETE', `/messages/${id}`)).status).toBe(204)
    expect((await socket.next('message_deleted')).data).toEqual({ message_id: id, revision: 3 })
  })

  it('OLD-2 changed by many at once keeps one line of revisions', async () => {
    const ada = await newPerson()
    const id = await archived(ada, 'old')
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((content) => callAs(ada, 'PATCH', `/messages/${id}`, { content })),
    )
    const revisions = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as Message).revision),
    )
    expect(revisions.sort()).toEqual([2, 3, 4, 5])
  })

  it('OLD-3 is left alone by who did not write it', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const id = await archived(ada, 'old')
    const answer = await callAs(bo, 'PATCH', `/messages/${id}`, { content: 'mine' })
    expect(await codeOf(answer)).toEqual([403, 'not_the_author'])
    expect(await rowOf(id)).toBeUndefined()
  })
})
