import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/client/wire.ts'
import { ada, bo, problem, Scene, settle } from './scene.ts'

/** A client that is online, with so many messages in the room. */
async function online(count: number, pageSize = 3): Promise<Scene> {
  const scene = new Scene({ pageSize })
  for (let n = 1; n <= count; n++) scene.room.say(`${n}`)
  await scene.enter()
  return scene
}

/** Everything that was ever shown, as lists of texts, one for each time the application was told. */
function watch(scene: Scene): string[][] {
  const shown: string[][] = []
  scene.client.subscribe(() => shown.push(scene.texts))
  return shown
}

/** Comes back to a room that can't replay: not resumed, loaded anew, let in. */
async function comeBackUnresumed(scene: Scene): Promise<void> {
  scene.socket.drop()
  await scene.clock.pass(1_000)
  scene.socket.open()
  scene.socket.tell(scene.welcome({ resumed: false }))
  await scene.clock.pass(2_000)
  await scene.admit()
}

describe('live', () => {
  test('new messages, edits and deletions show', async () => {
    const scene = await online(2)
    const [one, two] = scene.room.messages as [Message, Message]
    await scene.tell(scene.room.say('3'), scene.room.edit(one, 'one'), scene.room.remove(two))
    expect(scene.texts).toEqual(['one', '3'])
  })

  test('an own edit and deletion show when they are answered, before the room tells', async () => {
    const scene = await online(2)
    const [one, two] = scene.room.messages as [Message, Message]
    scene.answer = ({ method, path, body }) => {
      if (method === 'DELETE') return { status: 204 }
      expect([method, path, body]).toEqual(['PATCH', `/messages/${one.id}`, { content: 'one' }])
      scene.room.edit(one, 'one')
      return { status: 200, body: scene.room.messages[0] }
    }
    expect(await scene.client.edit(one.id, 'one')).toMatchObject({ content: 'one', revision: 2 })
    await scene.client.remove(two.id)
    expect(scene.texts).toEqual(['one'])
  })

  test('a change that is refused is a problem, and changes nothing', async () => {
    const scene = await online(1)
    scene.answer = () => problem(403, 'not_the_author')
    const [one] = scene.room.messages as [Message]
    await expect(scene.client.edit(one.id, 'x')).rejects.toMatchObject({
      name: 'Error',
      code: 'not_the_author',
      status: 403,
      message: 'It is not_the_author.',
    })
    await expect(scene.client.remove(one.id)).rejects.toMatchObject({ code: 'not_the_author' })
    expect(scene.texts).toEqual(['1'])
  })
})

describe('the history', () => {
  test('comes page by page, until there is no more', async () => {
    const scene = await online(7)
    expect(scene.texts).toEqual(['5', '6', '7'])
    expect(scene.state.hasOlder).toBe(true)
    const more = scene.client.history()
    expect(scene.state.loadingOlder).toBe(true)
    expect(await more).toBe(true)
    expect(scene.state.loadingOlder).toBe(false)
    expect(scene.texts).toEqual(['2', '3', '4', '5', '6', '7'])
    expect(await scene.client.history()).toBe(false)
    expect(scene.texts).toEqual(['1', '2', '3', '4', '5', '6', '7'])
    expect(scene.state.hasOlder).toBe(false)
    const calls = scene.calls.length
    expect(await scene.client.history()).toBe(false)
    expect(scene.calls).toHaveLength(calls)
  })

  test('is loaded once, however often it is asked for at a time', async () => {
    const scene = await online(7)
    await Promise.all([scene.client.history(), scene.client.history()])
    expect(scene.texts).toHaveLength(6)
  })

  test('that is away is a problem, and can be asked for again', async () => {
    const scene = await online(4)
    scene.answer = () => problem(503, 'unavailable')
    await expect(scene.client.history()).rejects.toMatchObject({ code: 'unavailable' })
    expect(scene.state.loadingOlder).toBe(false)
    const unheard: unknown[] = []
    const listen = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', listen)
    scene.client.history()
    await settle()
    process.off('unhandledRejection', listen)
    expect(unheard).toEqual([])
    scene.answer = undefined
    expect(await scene.client.history()).toBe(false)
  })

  test('shows what was told while it was on its way', async () => {
    const scene = await online(5)
    const [one, two] = scene.room.messages as [Message, Message]
    const page = scene.room.page(3, scene.room.messages[2]?.id ?? null)
    const reply = Promise.withResolvers<{ status: number; body: unknown }>()
    scene.answer = () => reply.promise
    const more = scene.client.history()
    await scene.tell(scene.room.edit(one, 'one'), scene.room.remove(two))
    reply.resolve({ status: 200, body: page })
    await more
    expect(scene.texts).toEqual(['one', '3', '4', '5'])
  })
})

describe('a room that can’t replay', () => {
  test('is loaded anew as far back as the list reached, with no moment of less', async () => {
    const scene = new Scene({ pageSize: 3 })
    for (let n = 1; n <= 200; n++) scene.room.say(`below ${n}`)
    for (let n = 1; n <= 7; n++) scene.room.say(`${n}`)
    await scene.enter()
    await scene.client.history()
    const shown = watch(scene)
    const [two, three, four] = scene.room.messages.slice(201) as [Message, Message, Message]
    scene.room.edit(two, 'two')
    scene.room.remove(three)
    scene.room.edit(four, 'four')
    for (let n = 8; n <= 250; n++) scene.room.say(`${n}`)
    await comeBackUnresumed(scene)

    const rest = Array.from({ length: 246 }, (_, n) => `${n + 5}`)
    expect(scene.texts.slice(scene.texts.indexOf('two'))).toEqual(['two', 'four', ...rest])
    expect(shown.filter((texts) => texts.length < 6)).toEqual([])
    expect(new Set(shown.map(({ length }) => length)).size).toBeLessThanOrEqual(2)
    const pages = scene.calls.map(({ path }) => path).filter((path) => path.includes('limit=100'))
    expect(pages).toHaveLength(3)
  })

  test('of a long list the newest 2,000 are loaded, and the rest when it is looked for', async () => {
    const scene = await online(2_600, 100)
    while (await scene.client.history());
    expect(scene.texts).toHaveLength(2_600)
    await comeBackUnresumed(scene)
    expect(scene.texts).toHaveLength(2_000)
    expect(scene.state.hasOlder).toBe(true)
    while (await scene.client.history());
    expect(scene.texts).toEqual(Array.from({ length: 2_600 }, (_, n) => `${n + 1}`))
  })

  test('is resumed from the load: what changed since comes with the replay', async () => {
    const scene = await online(3)
    scene.socket.drop()
    await scene.clock.pass(1_000)
    scene.socket.open()
    scene.room.epoch = 'e2'
    scene.room.seq = 40
    scene.socket.tell(scene.welcome({ resumed: false }))
    expect(scene.sockets.at(-1)?.closed).toBe(true)
    await scene.clock.pass(2_000)
    expect(scene.socket.address.search).toBe('?epoch=e2&since=40')
    const { data } = scene.room.say('4')
    await scene.admit({ event: 'new_message', data })
    expect(scene.texts).toEqual(['1', '2', '3', '4'])
  })

  test('keeps what it shows while the history is away, and goes on trying', async () => {
    const scene = await online(3)
    scene.socket.drop()
    await scene.clock.pass(1_000)
    scene.answer = () => problem(503, 'unavailable')
    scene.socket.open()
    scene.socket.tell(scene.welcome({ resumed: false }))
    await scene.clock.pass(20_000)
    expect(scene.texts).toEqual(['1', '2', '3'])
    expect(scene.state).toMatchObject({ status: 'reconnecting', problem: { code: 'unavailable' } })
    scene.answer = undefined
    scene.room.say('4')
    await scene.clock.pass(30_000)
    await scene.admit()
    expect(scene.texts).toEqual(['1', '2', '3', '4'])
  })

  test('shows an own message once that was accepted unheard, under its key', async () => {
    const scene = await online(1)
    scene.client.send('mine')
    const { client_id } = scene.socket.said('send_message')[0] ?? {}
    const { key } = scene.state.messages.at(-1) ?? {}
    const shown = watch(scene)
    scene.room.say('mine', ada, client_id)
    await comeBackUnresumed(scene)
    expect(scene.state.messages.at(-1)).toMatchObject({ key, state: 'sent' })
    expect(shown.every((texts) => texts.join() === '1,mine')).toBe(true)
    expect(scene.socket.said('send_message')).toEqual([])
  })
})

describe('each message is told of once, in order', () => {
  function listen(scene: Scene): string[] {
    const told: string[] = []
    scene.client.on('message', ({ content }) => told.push(content))
    return told
  }

  test('live, replayed and found in a new load; the first page is not news', async () => {
    const scene = new Scene({ pageSize: 3 })
    const told = listen(scene)
    for (const n of [1, 2]) scene.room.say(`${n}`)
    await scene.enter()
    await scene.tell(scene.room.say('3'))
    const { data } = scene.room.say('4')
    // The first replay breaks off after it.
    scene.socket.drop()
    await scene.clock.pass(1_000)
    scene.socket.open()
    scene.socket.tell(scene.welcome(), { event: 'new_message', data })
    await scene.dropAndRetry()
    await scene.admit({ event: 'new_message', data })
    for (const n of [5, 6, 7, 8]) scene.room.say(`${n}`)
    await comeBackUnresumed(scene)
    await scene.client.history()
    await scene.tell(scene.room.say('9'))
    expect(told).toEqual(['3', '4', '5', '6', '7', '8', '9'])
  })

  test('an answer to a retry does not hide what the room has still to tell', async () => {
    const scene = await online(0)
    const told = listen(scene)
    scene.client.send('mine')
    const { client_id } = scene.socket.said('send_message')[0] ?? {}
    const theirs = scene.room.say('theirs')
    const mine = scene.room.say('mine', ada, client_id)
    await scene.tell({ event: 'new_message', data: mine.data })
    expect(scene.texts).toEqual(['mine'])
    await scene.tell(theirs, mine)
    expect(scene.texts).toEqual(['theirs', 'mine'])
    expect(told).toEqual(['theirs', 'mine'])
  })

  test('edits and deletions too, of what is in the list', async () => {
    const scene = await online(4)
    const told: unknown[] = []
    scene.client.on('edit', ({ content, revision }) => told.push([content, revision]))
    scene.client.on('delete', ({ content }) => told.push(content))
    const [one, two, three] = scene.room.messages as [Message, Message, Message]
    const edit = scene.room.edit(two, 'two')
    await scene.tell(scene.room.edit(one, 'below the list'))
    expect(told).toEqual([])
    scene.socket.drop()
    await scene.clock.pass(1_000)
    await scene.admit(
      { event: 'message_edited', data: edit.data },
      { event: 'message_edited', data: edit.data },
    )
    await scene.tell(scene.room.remove(three))
    expect(told).toEqual([['two', 2], '3'])
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

  test('gives what is said from the call on, also what came before it is read', async () => {
    const scene = await online(1)
    const messages = scene.client.messages()
    await scene.tell(scene.room.say('2'), scene.room.say('3'))
    expect(await take(messages, 2)).toEqual(['2', '3'])
    const next = messages.next()
    await scene.tell(scene.room.say('4'))
    expect((await next).value).toMatchObject({ content: '4' })
  })

  test('goes on over reconnects', async () => {
    const scene = await online(1)
    const messages = scene.client.messages()
    await scene.dropAndRetry()
    const { data } = scene.room.say('2')
    await scene.admit({ event: 'new_message', data })
    await scene.tell(scene.room.say('3', bo))
    expect(await take(messages, 2)).toEqual(['2', '3'])
  })

  test('ends after the last one with close, and with a stop', async () => {
    for (const end of [(s: Scene) => s.client.close(), (s: Scene) => s.socket.drop(4409)]) {
      const scene = await online(1)
      const messages = scene.client.messages()
      await scene.tell(scene.room.say('2'))
      const all = take(messages, 9)
      end(scene)
      expect(await all).toEqual(['2'])
    }
  })

  test('of which there may be several, each on its own', async () => {
    const scene = await online(0)
    const [one, two] = [scene.client.messages(), scene.client.messages()]
    await scene.tell(scene.room.say('1'))
    expect(await take(one, 1)).toEqual(['1'])
    await one.return?.()
    await scene.tell(scene.room.say('2'))
    expect(await take(two, 2)).toEqual(['1', '2'])
    await settle()
  })
})
