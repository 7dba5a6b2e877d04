import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import {
  call,
  flushed,
  newPerson,
  type Person,
  ringUntil,
  Socket,
  say,
  sql,
  theRoom,
  tokenFor,
  trouble,
} from '../support/chat.ts'

const isArchived = async ({ id }: Message) =>
  (await sql()`select 1 from messages where id = ${id}`).length === 1

const both = async (fault?: 'refuse' | 'hang') => {
  for (const part of ['postgres', 'redis'] as const)
    await trouble({ part, ...(fault && { fault }) })
}

/** Makes Postgres answer every insert with this error, as a failing server does. */
async function refuseWith(code: string): Promise<void> {
  await sql().query(`create or replace function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'refused' using errcode = '${code}'; end $$`)
  await sql()`create or replace trigger refuse before insert on messages
    execute function refuse()`
}

describe('an outage', () => {
  afterEach(async () => {
    await both()
    await sql()`drop trigger if exists refuse on messages`
  })

  it('AWAY-1 of an hour stops nobody from talking, and then nothing is missing', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    await flushed()
    await both('refuse')
    const messages = [await say(ada, 'before')]
    for (let minute = 0; minute < 70; minute++) {
      await runDurableObjectAlarm(theRoom())
      await call('/messages')
    }
    messages.push(await say(ada, 'after'))
    expect((await theRoom().state()).dirty).toBe(2)
    const page = (await (await call('/messages?limit=2')).json()) as { messages: Message[] }
    expect(page.messages.map(({ content }) => content)).toEqual(['after', 'before'])

    await both()
    await flushed()

    for (const message of messages) expect(await isArchived(message)).toBe(true)
    while ((await socket.next('new_message')).data.content !== 'after');
  })

  it.each(['25006', '53100', '57014', '40001', '42501', 'P0001'])(
    'AWAY-2 that Postgres calls %s blames no row',
    async (code) => {
      const ada = await newPerson()
      await flushed()
      await refuseWith(code)
      const message = await say(ada, 'patience')
      await ringUntil(async () => (await theRoom().state()).postgresError === code)
      expect(await theRoom().state()).toMatchObject({ dirty: 1, setAside: 0 })

      await sql()`drop trigger refuse on messages`
      await flushed()
      expect(await isArchived(message)).toBe(true)
    },
  )

  it('AWAY-3 a message is told while neither Postgres nor Redis answers', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [a, b] = [await Socket.join(ada), await Socket.join(bo)]
    await flushed()
    await both('hang')
    a.send('send_message', { content: 'one' })
    await b.next('new_message')
    await runDurableObjectAlarm(theRoom())

    a.send('send_message', { content: 'two' })
    expect((await b.next('new_message')).data.content).toBe('two')
    const late = await Socket.join(await personWithoutRow())
    expect(late.of('users_online')[0]?.data.count).toBeGreaterThanOrEqual(3)
    expect((await theRoom().state()).dirty).toBe(2)
  })
})

/** A person without a row in Postgres, which cannot be written while Postgres hangs. */
async function personWithoutRow(): Promise<Person> {
  const member = { id: crypto.randomUUID(), username: 'latecomer' }
  const sessionId = crypto.randomUUID()
  return { ...member, sessionId, token: await tokenFor(member, 86_400, sessionId) }
}
