import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/client/contract.ts'
import { ada, bo, Harness, problem, settle, unhandledDuring } from './harness.ts'

/** A harness whose client is online, with so many messages in the room. */
async function online(count: number, pageSize = 3): Promise<Harness> {
  const harness = new Harness({ pageSize })
  for (let n = 1; n <= count; n++) harness.room.post(`${n}`)
  await harness.goOnline()
  return harness
}

/** Records the texts at each change of the state. */
function watch(harness: Harness): string[][] {
  const shown: string[][] = []
  harness.client.subscribe(() => shown.push(harness.texts))
  return shown
}

/** Reconnects to a room that cannot replay, so that the list is reloaded. */
async function comeBackUnresumed(harness: Harness): Promise<void> {
  await harness.dropAndRetry()
  harness.socket.open()
  harness.socket.deliver(harness.welcome({ resumed: false }))
  await harness.clock.advance(2_000)
  await harness.admit()
}

describe('live', () => {
  test('new messages, edits and deletions are shown', async () => {
    const harness = await online(2)
    const [one, two] = harness.room.messages as [Message, Message]
    await harness.deliver(
      harness.room.post('3'),
      harness.room.edit(one, 'one'),
      harness.room.remove(two),
    )
    expect(harness.texts).toEqual(['one', '3'])
  })

  test('an own edit and deletion are shown when they are answered, before the broadcast', async () => {
    const harness = await online(2)
    const [one, two] = harness.room.messages as [Message, Message]
    harness.answer = ({ method, path, body }) => {
      if (method === 'DELETE') return { status: 204 }
      expect([method, path, body]).toEqual(['PATCH', `/messages/${one.id}`, { content: 'one' }])
      harness.room.edit(one, 'one')
      return { status: 200, body: harness.room.messages[0] }
    }
    expect(await harness.client.edit(one.id, 'one')).toMatchObject({ content: 'one', revision: 2 })
    await harness.client.remove(two.id)
    expect(harness.texts).toEqual(['one'])
  })

  test('a refused change throws a problem, and changes nothing', async () => {
    const harness = await online(1)
    harness.answer = () => problem(403, 'not_the_author')
    const [one] = harness.room.messages as [Message]
    await expect(harness.client.edit(one.id, 'x')).rejects.toMatchObject({
      name: 'Error',
      code: 'not_the_author',
      status: 403,
      message: 'It is not_the_author.',
    })
    await expect(harness.client.remove(one.id)).rejects.toMatchObject({ code: 'not_the_author' })
    expect(harness.texts).toEqual(['1'])
  })
})

describe('the history', () => {
  test('is loaded page by page to its beginning', async () => {
    const harness = await online(7)
    expect(harness.texts).toEqual(['5', '6', '7'])
    expect(harness.state.hasOlder).toBe(true)
    const more = harness.client.history()
    expect(harness.state.loadingOlder).toBe(true)
    expect(await more).toBe(true)
    expect(harness.state.loadingOlder).toBe(false)
    expect(harness.texts).toEqual(['2', '3', '4', '5', '6', '7'])
    expect(await harness.client.history()).toBe(false)
    expect(harness.texts).toEqual(['1', '2', '3', '4', '5', '6', '7'])
    expect(harness.state.hasOlder).toBe(false)
    const calls = harness.calls.length
    expect(await harness.client.history()).toBe(false)
    expect(harness.calls).toHaveLength(calls)
  })

  test('is loaded once by calls at the same time', async () => {
    const harness = await online(7)
    await Promise.all([harness.client.history(), harness.client.history()])
    expect(harness.texts).toHaveLength(6)
  })

  test('that cannot be loaded throws a problem, and can be loaded later', async () => {
    const harness = await online(4)
    harness.answer = () => problem(503, 'unavailable')
    await expect(harness.client.history()).rejects.toMatchObject({ code: 'unavailable' })
    expect(harness.state.loadingOlder).toBe(false)
    const unhandled = await unhandledDuring(async () => void harness.client.history())
    expect(unhandled).toEqual([])
    harness.answer = undefined
    expect(await harness.client.history()).toBe(false)
  })

  test('includes events that came while it was loading', async () => {
    const harness = await online(5)
    const [one, two] = harness.room.messages as [Message, Message]
    const page = harness.room.page(3, harness.room.messages[2]?.id ?? null)
    const reply = Promise.withResolvers<{ status: number; body: unknown }>()
    harness.answer = () => reply.promise
    const more = harness.client.history()
    await harness.deliver(harness.room.edit(one, 'one'), harness.room.remove(two))
    reply.resolve({ status: 200, body: page })
    await more
    expect(harness.texts).toEqual(['one', '3', '4', '5'])
  })
})

describe('after a reconnect without a replay, the list', () => {
  test('is reloaded as far back as it reached, and never shows fewer messages', async () => {
    const harness = new Harness({ pageSize: 3 })
    for (let n = 1; n <= 200; n++) harness.room.post(`below ${n}`)
    for (let n = 1; n <= 7; n++) harness.room.post(`${n}`)
    await harness.goOnline()
    await harness.client.history()
    const shown = watch(harness)
    const [two, three, four] = harness.room.messages.slice(201) as [Message, Message, Message]
    harness.room.edit(two, 'two')
    harness.room.remove(three)
    harness.room.edit(four, 'four')
    for (let n = 8; n <= 250; n++) harness.room.post(`${n}`)
    await comeBackUnresumed(harness)

    const rest = Array.from({ length: 246 }, (_, n) => `${n + 5}`)
    expect(harness.texts.slice(harness.texts.indexOf('two'))).toEqual(['two', 'four', ...rest])
    expect(shown.filter((texts) => texts.length < 6)).toEqual([])
    expect(new Set(shown.map(({ length }) => length)).size).toBeLessThanOrEqual(2)
    const pages = harness.calls.map(({ path }) => path).filter((path) => path.includes('limit=100'))
    expect(pages).toHaveLength(3)
  })

  test('reloads the newest 2,000 messages, and the rest on request', async () => {
    const harness = await online(2_600, 100)
    while (await harness.client.history());
    expect(harness.texts).toHaveLength(2_600)
    await comeBackUnresumed(harness)
    expect(harness.texts).toHaveLength(2_000)
    expect(harness.state.hasOlder).toBe(true)
    while (await harness.client.history());
    expect(harness.texts).toEqual(Array.from({ length: 2_600 }, (_, n) => `${n + 1}`))
  })

  test('resumes from the position of the reload', async () => {
    const harness = await online(3)
    await harness.dropAndRetry()
    harness.socket.open()
    harness.room.epoch = 'e2'
    harness.room.seq = 40
    harness.socket.deliver(harness.welcome({ resumed: false }))
    expect(harness.sockets.at(-1)?.closed).toBe(true)
    await harness.clock.advance(2_000)
    expect(harness.socket.address.search).toBe('?epoch=e2&since=40')
    const { data } = harness.room.post('4')
    await harness.admit({ event: 'new_message', data })
    expect(harness.texts).toEqual(['1', '2', '3', '4'])
  })

  test('stays while the history cannot be loaded, and is reloaded later', async () => {
    const harness = await online(3)
    await harness.dropAndRetry()
    harness.answer = () => problem(503, 'unavailable')
    harness.socket.open()
    harness.socket.deliver(harness.welcome({ resumed: false }))
    await harness.clock.advance(20_000)
    expect(harness.texts).toEqual(['1', '2', '3'])
    expect(harness.state).toMatchObject({
      status: 'reconnecting',
      problem: { code: 'unavailable' },
    })
    harness.answer = undefined
    harness.room.post('4')
    await harness.clock.advance(30_000)
    await harness.admit()
    expect(harness.texts).toEqual(['1', '2', '3', '4'])
  })

  test('has an own message once that was accepted without an answer, with its key', async () => {
    const harness = await online(1)
    harness.client.send('mine')
    const { client_id } = harness.socket.sentData('send_message')[0] ?? {}
    const { key } = harness.state.messages.at(-1) ?? {}
    const shown = watch(harness)
    harness.room.post('mine', ada, client_id)
    await comeBackUnresumed(harness)
    expect(harness.state.messages.at(-1)).toMatchObject({ key, state: 'sent' })
    expect(shown.every((texts) => texts.join() === '1,mine')).toBe(true)
    expect(harness.socket.sentData('send_message')).toEqual([])
  })
})

describe('each message is emitted once, in order', () => {
  function listen(harness: Harness): string[] {
    const emitted: string[] = []
    harness.client.on('message', ({ content }) => emitted.push(content))
    return emitted
  }

  test('live, from a replay and from a reload, but not from the first page', async () => {
    const harness = new Harness({ pageSize: 3 })
    const emitted = listen(harness)
    for (const n of [1, 2]) harness.room.post(`${n}`)
    await harness.goOnline()
    await harness.deliver(harness.room.post('3'))
    const { data } = harness.room.post('4')
    // The first replay ends after this message.
    await harness.dropAndRetry()
    harness.socket.open()
    harness.socket.deliver(harness.welcome(), { event: 'new_message', data })
    await harness.reconnect({ event: 'new_message', data })
    for (const n of [5, 6, 7, 8]) harness.room.post(`${n}`)
    await comeBackUnresumed(harness)
    await harness.client.history()
    await harness.deliver(harness.room.post('9'))
    expect(emitted).toEqual(['3', '4', '5', '6', '7', '8', '9'])
  })

  test('also if the answer to a retry comes before earlier messages', async () => {
    const harness = await online(0)
    const emitted = listen(harness)
    harness.client.send('mine')
    const { client_id } = harness.socket.sentData('send_message')[0] ?? {}
    const theirs = harness.room.post('theirs')
    const mine = harness.room.post('mine', ada, client_id)
    await harness.deliver({ event: 'new_message', data: mine.data })
    expect(harness.texts).toEqual(['mine'])
    await harness.deliver(theirs, mine)
    expect(harness.texts).toEqual(['theirs', 'mine'])
    expect(emitted).toEqual(['theirs', 'mine'])
  })

  test('and so is each edit and deletion of a message in the list', async () => {
    const harness = await online(4)
    const emitted: unknown[] = []
    harness.client.on('edit', ({ content, revision }) => emitted.push([content, revision]))
    harness.client.on('delete', ({ content }) => emitted.push(content))
    const [one, two, three] = harness.room.messages as [Message, Message, Message]
    const edit = harness.room.edit(two, 'two')
    await harness.deliver(harness.room.edit(one, 'below the list'))
    expect(emitted).toEqual([])
    await harness.reconnect(
      { event: 'message_edited', data: edit.data },
      { event: 'message_edited', data: edit.data },
    )
    await harness.deliver(harness.room.remove(three))
    expect(emitted).toEqual([['two', 2], '3'])
  })
})

describe('the iterator over messages', () => {
  const take = async (messages: AsyncIterableIterator<{ content: string }>, count: number) => {
    const taken: string[] = []
    while (taken.length < count) {
      const { value, done } = await messages.next()
      if (done) break
      taken.push(value.content)
    }
    return taken
  }

  test('gives all messages from the call on, also those before the first read', async () => {
    const harness = await online(1)
    const messages = harness.client.messages()
    await harness.deliver(harness.room.post('2'), harness.room.post('3'))
    expect(await take(messages, 2)).toEqual(['2', '3'])
    const next = messages.next()
    await harness.deliver(harness.room.post('4'))
    expect((await next).value).toMatchObject({ content: '4' })
  })

  test('continues over reconnects', async () => {
    const harness = await online(1)
    const messages = harness.client.messages()
    await harness.dropAndRetry()
    const { data } = harness.room.post('2')
    await harness.admit({ event: 'new_message', data })
    await harness.deliver(harness.room.post('3', bo))
    expect(await take(messages, 2)).toEqual(['2', '3'])
  })

  test('ends after the last message when the client closes or stops', async () => {
    for (const end of [(s: Harness) => s.client.close(), (s: Harness) => s.socket.drop(4409)]) {
      const harness = await online(1)
      const messages = harness.client.messages()
      await harness.deliver(harness.room.post('2'))
      const all = take(messages, 9)
      end(harness)
      expect(await all).toEqual(['2'])
    }
  })

  test('is independent of other iterators', async () => {
    const harness = await online(0)
    const [one, two] = [harness.client.messages(), harness.client.messages()]
    await harness.deliver(harness.room.post('1'))
    expect(await take(one, 1)).toEqual(['1'])
    await one.return?.()
    await harness.deliver(harness.room.post('2'))
    expect(await take(two, 2)).toEqual(['1', '2'])
    await settle()
  })
})
