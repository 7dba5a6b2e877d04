import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/contract/entities.ts'
import type { Problem } from '../../src/contract/problems.ts'
import { IdempotencyKeys } from '../../src/room/log/idempotency-keys.ts'
import { Meta } from '../../src/room/log/meta.ts'
import { callAs, flushed, newPerson, Socket, sql, theRoom } from '../support/chat.ts'
import { testClock } from '../support/test-clock.ts'

const texts = (socket: Socket, from: { id: string }) =>
  socket
    .of('new_message')
    .filter(({ data }) => data.user_id === from.id)
    .map(({ data }) => data.content)

describe('sending', () => {
  it('SEND-1 everyone gets a message, its author included, with one seq', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [a, b] = [await Socket.join(ada), await Socket.join(bo)]

    a.send('send_message', { content: '  Hello\r\nroom ' })

    const [mine, theirs] = [await a.next('new_message'), await b.next('new_message')]
    expect(mine).toEqual(theirs)
    expect(mine.data).toMatchObject({
      user_id: ada.id,
      username: ada.username,
      content: 'Hello\nroom',
      updated_at: null,
      is_deleted: false,
      revision: 1,
    })
    expect(mine.seq).toBeGreaterThan(0)
  })

  it('SEND-2 of seven at once five are told and two get the error, to their sender alone', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [a, b] = [await Socket.join(ada), await Socket.join(bo)]

    for (const n of [1, 2, 3, 4, 5, 6, 7]) a.send('send_message', { content: `${n}` })
    await a.settle()

    expect(texts(a, ada)).toEqual(['1', '2', '3', '4', '5'])
    const errors = a.of('error').map(({ data }) => data)
    expect(errors).toHaveLength(2)
    for (const error of errors) {
      expect(error).toMatchObject({
        message: 'Rate limit exceeded. Please slow down.',
        code: 'rate_limited',
      })
      expect(error.retry_after_ms).toBeGreaterThan(0)
      expect(error.retry_after_ms).toBeLessThanOrEqual(5_000)
    }
    await b.settle()
    expect(texts(b, ada)).toEqual(['1', '2', '3', '4', '5'])
    expect(b.of('error')).toEqual([])
  })

  it('SEND-3 the limit counts all sockets of a user and REST together', async () => {
    const ada = await newPerson()
    const [one, two] = [await Socket.join(ada), await Socket.join(ada, { batching: true })]
    for (const n of [1, 2]) one.send('send_message', { content: `${n}` })
    await one.settle()
    for (const n of [3, 4]) two.send('send_message', { content: `${n}` })
    await two.settle()

    expect((await callAs(ada, 'POST', '/messages', { content: '5' })).status).toBe(201)
    const refused = await callAs(ada, 'POST', '/messages', { content: '6' })

    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    two.send('send_message', { content: '7' })
    expect((await two.next('error')).data.code).toBe('rate_limited')
  })

  it('SEND-4 an evicted room remembers how much was sent', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    for (const n of [1, 2, 3, 4, 5]) socket.send('send_message', { content: `${n}` })
    await socket.settle()

    await evictDurableObject(theRoom())

    socket.send('send_message', { content: '6' })
    expect((await socket.next('error')).data.code).toBe('rate_limited')
  })

  it('SEND-5 all sockets see one order: ids rise, seq has no holes', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => newPerson()))
    const sockets = await Promise.all(
      people.map((person, n) => Socket.join(person, { batching: n % 2 === 0 })),
    )
    for (let n = 0; n < 5; n++)
      for (const socket of sockets) socket.send('send_message', { content: `${n}` })
    for (const socket of sockets)
      while (socket.of('new_message').length < 30) await socket.next('new_message')

    const [first, ...others] = sockets.map((socket) => socket.of('new_message').slice(-30))
    for (const other of others) expect(other).toEqual(first)
    const ids = first?.map(({ data }) => data.id) ?? []
    expect(ids).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(30)
    const seqs = first?.map(({ seq }) => seq as number) ?? []
    expect(seqs).toEqual(seqs.map((_, n) => (seqs[0] as number) + n))
  })

  it('SEND-6 an error names the client_id of the message that it refuses', async () => {
    const socket = await Socket.join(await newPerson())
    socket.send('send_message', { content: ' ', client_id: 'mine' })
    expect((await socket.next('error')).data).toMatchObject({ code: 'invalid', client_id: 'mine' })
  })
})

describe('a retry with the same client_id', () => {
  it('RETRY-1 gives the first message back to its sender alone, without seq or charge', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [a, b] = [await Socket.join(ada), await Socket.join(bo)]
    const send = () => a.send('send_message', { content: 'once', client_id: 'c1' })
    send()
    const first = await a.next('new_message')

    for (let n = 0; n < 8; n++) send()
    await a.settle()
    await b.settle()

    const [, ...again] = a.of('new_message').filter(({ data }) => data.user_id === ada.id)
    expect(again).toHaveLength(8)
    for (const frame of again) expect(frame).toEqual({ event: 'new_message', data: first.data })
    expect(texts(b, ada)).toEqual(['once'])
    expect(a.of('error')).toEqual([])
  })

  it('RETRY-2 holds over REST and socket, also by the Idempotency-Key header', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    socket.send('send_message', { content: 'once', client_id: 'c2' })
    const { data } = await socket.next('new_message')

    const again = await callAs(ada, 'POST', '/messages', { content: 'once', client_id: 'c2' })

    expect(again.status).toBe(200)
    expect(await again.json()).toEqual(data)
  })

  it('RETRY-3 with another text is refused', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    socket.send('send_message', { content: 'once', client_id: 'c3' })
    await socket.next('new_message')

    socket.send('send_message', { content: 'twice', client_id: 'c3' })

    expect((await socket.next('error')).data).toMatchObject({
      code: 'client_id_reused',
      client_id: 'c3',
    })
    const refused = await callAs(ada, 'POST', '/messages', { content: 'twice', client_id: 'c3' })
    expect(refused.status).toBe(409)
  })

  it('RETRY-4 shows what became of the message since', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    socket.send('send_message', { content: 'once', client_id: 'c4' })
    const { data } = await socket.next('new_message')
    await callAs(ada, 'DELETE', `/messages/${data.id}`)
    await socket.next('message_deleted')

    socket.send('send_message', { content: 'once', client_id: 'c4' })

    expect((await socket.next('new_message')).data).toMatchObject({
      id: data.id,
      content: '',
      is_deleted: true,
    })
  })

  it('RETRY-8 A retry of a message that was edited or deleted compares no text, for nothing of the first one is kept.', async () => {
    const ada = await newPerson()
    const say = (content: string) => callAs(ada, 'POST', '/messages', { content, client_id: 'c8' })
    const { id } = (await (await say('a secret')).json()) as Message

    await callAs(ada, 'PATCH', `/messages/${id}`, { content: 'edited' })
    for (const content of ['a secret', 'edited', 'anything'])
      expect(await (await say(content)).json()).toMatchObject({
        id,
        content: 'edited',
        revision: 2,
      })

    await callAs(ada, 'DELETE', `/messages/${id}`)
    for (const content of ['a secret', 'edited', 'anything'])
      expect(await (await say(content)).json()).toMatchObject({ id, content: '', is_deleted: true })
  })

  it('RETRY-9 A retry with another text is refused also where the log has forgotten the message.', async () => {
    const ada = await newPerson()
    const say = (content: string) => callAs(ada, 'POST', '/messages', { content, client_id: 'c9' })
    const { id } = (await (await say('once')).json()) as Message
    await flushed()
    await runInDurableObject(theRoom(), (_, { storage }) => {
      storage.sql.exec('delete from messages where id = ?', id)
    })

    expect((await say('twice')).status).toBe(409)
    expect(await (await say('once')).json()).toMatchObject({ id, content: 'once' })
  })

  it('RETRY-10 A change of what a release before kept a hash of blanks that hash.', async () => {
    const ada = await newPerson()
    const say = (client_id: string) =>
      callAs(ada, 'POST', '/messages', { content: 'hashed', client_id })
    const edited = (await (await say('c10')).json()) as Message
    const deleted = (await (await say('c11')).json()) as Message
    const hashes = (statement: string) =>
      runInDurableObject(theRoom(), (_, { storage }) => {
        for (const turn of [0, 1])
          storage.sql.exec(statement.replaceAll('client_ids', `client_ids_${turn}`))
        return [0, 1].flatMap((turn) =>
          storage.sql
            .exec(`select text_hash from client_ids_${turn} where user_id = ?`, ada.id)
            .toArray(),
        )
      })
    const before = await hashes("update client_ids set text_hash = 'of the text'")
    expect(before).toEqual([{ text_hash: 'of the text' }, { text_hash: 'of the text' }])

    await callAs(ada, 'PATCH', `/messages/${edited.id}`, { content: 'edited' })
    await callAs(ada, 'DELETE', `/messages/${deleted.id}`)

    expect(await hashes('select 1')).toEqual([{ text_hash: '' }, { text_hash: '' }])
  })

  it('RETRY-6 is known when the log has forgotten the message, and even when it is nowhere', async () => {
    const ada = await newPerson()
    const send = () => callAs(ada, 'POST', '/messages', { content: 'once', client_id: 'c6' })
    const first = (await (await send()).json()) as Message
    await flushed()
    const forget = () =>
      runInDurableObject(theRoom(), (_, { storage }) => {
        storage.sql.exec('delete from messages where id = ?', first.id)
      })

    await forget()
    const archived = await send()
    expect([archived.status, await archived.json()]).toEqual([200, first])

    await sql()`delete from messages where id = ${first.id}`
    expect(await (await send()).json()).toMatchObject({
      id: first.id,
      content: '',
      is_deleted: true,
      client_id: 'c6',
    })
  })

  it('RETRY-7 is known for a day at least, and for two at most', () =>
    runInDurableObject(theRoom(), (_, { storage }) => {
      const day = 24 * 60 * 60 * 1000
      const idempotencyKeys = new IdempotencyKeys(storage.sql, new Meta(storage.sql))
      const known = () => idempotencyKeys.find('someone', 'c7')
      // The room's own tick may have run before; its clock is behind this one.
      const start = testClock.now() + 10 * day
      idempotencyKeys.removeExpired(start)
      idempotencyKeys.save('someone', 'c7', 'id')
      idempotencyKeys.removeExpired(start + day)
      expect(known()).toBe('id')
      idempotencyKeys.removeExpired(start + 2 * day)
      expect(known()).toBeUndefined()
    }))

  it('RETRY-11 the same client_id is answered twenty times in ten seconds', async () => {
    const ada = await newPerson()
    const socket = await Socket.join(ada)
    const again = { content: 'once', client_id: 'again' }
    for (let n = 0; n < 22; n++) socket.send('send_message', again)
    const refusal = await socket.next('error')
    expect(refusal.data).toMatchObject({ code: 'rate_limited', client_id: 'again' })
    expect(refusal.data.retry_after_ms).toBeLessThanOrEqual(10_000)
    while (socket.of('new_message').length < 21) await socket.next('new_message')
  })

  it('RETRY-5 is a message of its own for another user', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const sent = async (person: typeof ada) =>
      (await callAs(person, 'POST', '/messages', { content: 'same', client_id: 'c5' })).status
    expect([await sent(ada), await sent(bo)]).toEqual([201, 201])
  })
})

describe('a frame that is wrong', () => {
  const send = (data: string) => `{"event":"send_message","data":${data}}`
  const wrong: [string, string | ArrayBuffer, string][] = [
    ['no JSON', 'hello', 'bad_frame'],
    ['an empty text', '', 'bad_frame'],
    ['a number', '1', 'bad_frame'],
    ['null', 'null', 'bad_frame'],
    ['an array', '[{"event":"ping","data":{}}]', 'bad_frame'],
    ['no event', '{"data":{}}', 'bad_frame'],
    ['an event that is no text', '{"event":{},"data":{}}', 'bad_frame'],
    ['data that is no object', '{"event":"typing","data":[]}', 'bad_frame'],
    ['an unknown event', '{"event":"shout","data":{}}', 'unknown_event'],
    ['an event named like a prototype', '{"event":"constructor","data":{}}', 'unknown_event'],
    ['__proto__', '{"event":"__proto__","data":{}}', 'unknown_event'],
    ['no content', send('{}'), 'invalid'],
    ['a content that is no text', send('{"content":7}'), 'invalid'],
    ['nothing visible', send('{"content":" \\u200b\\n\\u00ad "}'), 'invalid'],
    ['NUL', send('{"content":"a\\u0000b"}'), 'invalid'],
    ['half a surrogate pair', send('{"content":"a\\ud800b"}'), 'invalid'],
    ['2001 characters', send(JSON.stringify({ content: 'a'.repeat(2001) })), 'invalid'],
    [
      'a client_id that is too long',
      send(`{"content":"a","client_id":"${'i'.repeat(65)}"}`),
      'invalid',
    ],
    [
      'a binary frame',
      new TextEncoder().encode('{"event":"ping","data":{}}').buffer as ArrayBuffer,
      'bad_frame',
    ],
  ]

  it.each([
    [{ content: ' ' }, ['content']],
    [{ content: 7, client_id: 'mine' }, ['content']],
    [{ content: 'x'.repeat(2_001), client_id: '' }, ['content', 'client_id']],
  ])(
    'ATTEMPT-1 %j is told of each field what is wrong, in the words of the call',
    async (message, fields) => {
      const ada = await newPerson()
      const socket = await Socket.join(ada)
      socket.send('send_message', message)
      const { data } = await socket.next('error')
      const refused = await callAs(ada, 'POST', '/messages', message)
      const { code, errors } = (await refused.json()) as Problem
      expect(data).toMatchObject({ code, errors })
      expect(Object.keys(data.errors ?? {})).toEqual(fields)
    },
  )

  it.each(wrong)('FRAME-1 %s gets an error and the socket lives', async (_, frame, code) => {
    const socket = await Socket.join(await newPerson())
    socket.sendRaw(frame)
    const error = await socket.next('error')
    expect(error.data.code).toBe(code)
    expect(error.data.message).not.toBe('')
    socket.send('send_message', { content: 'still here' })
    expect((await socket.next('new_message')).data.content).toBe('still here')
  })

  it('FRAME-2 more than 20 in a minute close the socket with 4400', async () => {
    const socket = await Socket.join(await newPerson())
    for (let n = 0; n < 21; n++) socket.sendRaw('nonsense')
    expect((await socket.closed).code).toBe(4400)
    expect(socket.of('error')).toHaveLength(20)
  })

  it('FRAME-3 more than 32 KiB close it with 1009', async () => {
    const socket = await Socket.join(await newPerson())
    socket.send('send_message', { content: 'é'.repeat(17 * 1024) })
    expect((await socket.closed).code).toBe(1009)
  })

  it('FRAME-4 more than 60 frames in 10 seconds close it with 4429', async () => {
    const socket = await Socket.join(await newPerson())
    for (let n = 0; n < 61; n++) socket.sendRaw('{"event": "ping"}')
    expect((await socket.closed).code).toBe(4429)
  })
})

describe('texts', () => {
  it('TEXT-1 2000 characters outside of the basic plane are kept to the letter', async () => {
    const socket = await Socket.join(await newPerson())
    const content = '🜁'.repeat(2000)
    socket.send('send_message', { content })
    expect((await socket.next('new_message')).data.content).toBe(content)
  })

  it('TEXT-2 right-to-left text, joiners and markup are kept to the letter', async () => {
    const socket = await Socket.join(await newPerson())
    const content = 'שלום 👩‍👩‍👧 <img onerror=alert(1)> \u202eabc'
    socket.send('send_message', { content })
    expect((await socket.next('new_message')).data.content).toBe(content)
  })
})

describe('typing and ping', () => {
  it('TYPE-1 others hear of it, at most once in two seconds; surplus is dropped in silence', async () => {
    const [ada, bo] = [await newPerson(), await newPerson()]
    const [a, b] = [await Socket.join(ada), await Socket.join(bo)]
    for (let n = 0; n < 100; n++) a.send('typing')
    await a.settle()
    await b.settle()
    expect(b.of('user_typing').map(({ data }) => data)).toEqual([
      { user_id: ada.id, username: ada.username },
    ])
    expect(a.of('error')).toEqual([])
  })

  it('TYPE-2 a plain socket never hears of its own user', async () => {
    const ada = await newPerson()
    const [tab, other] = [await Socket.join(ada), await Socket.join(ada)]
    const watcher = await Socket.join(await newPerson())
    tab.send('typing')
    await watcher.next('user_typing')
    await other.settle()
    const own = [...tab.frames, ...other.frames].filter(({ event }) => event === 'user_typing')
    expect(own).toEqual([])
  })

  it('TYPE-3 more than 300 in 10 seconds close the socket with 4429', async () => {
    const socket = await Socket.join(await newPerson())
    for (let n = 0; n < 301; n++) socket.send('typing')
    expect((await socket.closed).code).toBe(4429)
  })

  it.each([
    ['{"event":"ping","data":{}}'],
    ['{ "data": {}, "event":"ping" }'],
    ['{"event":"ping"}'],
  ])('PING-1 %s gets a pong', async (ping) => {
    const socket = await Socket.join(await newPerson())
    socket.sendRaw(ping)
    expect(await socket.next('pong')).toEqual({ event: 'pong', data: {} })
  })
})
