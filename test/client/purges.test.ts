import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/client/contract.ts'
import { ada, bo, Harness, roster } from './harness.ts'
import { live, purged } from './moderation-frames.ts'

/** Messages of Bo, but the third one of Ada. The client has the newest `pageSize`. */
async function online(pageSize = 50) {
  const harness = new Harness({ pageSize })
  for (let n = 1; n <= 6; n++) harness.room.post(`${n}`, n === 3 ? ada : bo)
  await harness.goOnline()
  const events: unknown[] = []
  harness.client.on('delete', ({ content }) => events.push(['delete', content]))
  harness.client.on('purge', (purge) => events.push(['purge', purge]))
  const at = (n: number) => harness.room.messages[n - 1] as Message
  return { harness, events, at }
}

describe('a purge', () => {
  test('removes the messages of one person from one id to another, and emits one event', async () => {
    const { harness, events, at } = await online()
    await harness.deliver(live(harness, purged(at(2), at(5))))
    expect(harness.texts).toEqual(['1', '3', '6'])
    expect(events).toEqual([['purge', { user_id: bo.id, count: 3 }]])
    expect(harness.state.status).toBe('online')
  })

  test('of messages that are not in the list changes nothing, and emits nothing', async () => {
    const { harness, events, at } = await online(2)
    const before = harness.state.messages
    await harness.deliver(live(harness, purged(at(1), at(4))))
    expect(harness.state.messages).toBe(before)
    expect(events).toEqual([])
  })

  test('leaves later messages of the person alone', async () => {
    const { harness, at } = await online()
    await harness.deliver(live(harness, purged(at(1), at(6))), harness.room.post('later'))
    expect(harness.texts).toEqual(['3', 'later'])
  })

  test('counts a message that was deleted before it no more', async () => {
    const { harness, events, at } = await online()
    await harness.deliver(harness.room.remove(at(5)), live(harness, purged(at(4), at(5))))
    expect(events).toEqual([
      ['delete', '5'],
      ['purge', { user_id: bo.id, count: 1 }],
    ])
  })
})

describe('a message that was purged never comes back', () => {
  test('with an older page', async () => {
    const { harness, at } = await online(2)
    await harness.deliver(live(harness, purged(at(2), at(4))))
    await harness.client.history()
    await harness.client.history()
    expect(harness.texts).toEqual(['1', '3', '5', '6'])
  })

  test('with an older page that was on its way', async () => {
    const { harness, at } = await online(2)
    const page = harness.room.page(4, at(5).id)
    const reply = Promise.withResolvers<{ status: number; body: unknown }>()
    harness.answer = () => reply.promise
    const more = harness.client.history()
    await harness.deliver(harness.room.edit(at(4), 'edited'))
    await harness.deliver(live(harness, purged(at(2), at(6))))
    reply.resolve({ status: 200, body: page })
    await more
    expect(harness.texts).toEqual(['1', '3'])
  })

  test('with a reload of the list', async () => {
    const { harness, events, at } = await online()
    await harness.deliver(live(harness, purged(at(4), at(6))))
    await harness.dropAndRetry()
    harness.socket.open()
    harness.socket.deliver(harness.welcome({ resumed: false }))
    await harness.clock.advance(2_000)
    await harness.admit()
    expect(harness.texts).toEqual(['1', '2', '3'])
    expect(events).toHaveLength(1)
  })

  test('with a late answer to a retry', async () => {
    const { harness, at } = await online()
    await harness.deliver(live(harness, purged(at(1), at(6))))
    await harness.deliver({ event: 'new_message', data: { ...at(6), revision: 9 } })
    expect(harness.texts).toEqual(['3'])
  })

  test('with a replay', async () => {
    const { harness, events, at } = await online()
    const { data } = harness.room.post('7')
    await harness.reconnect(
      { event: 'new_message', data },
      purged(at(1), data),
      purged(at(1), data),
      { event: 'new_message', data: { ...data, revision: 3 } },
    )
    expect(harness.texts).toEqual(['3'])
    expect(events).toEqual([['purge', { user_id: bo.id, count: 6 }]])
  })

  test('with the answer to an own edit', async () => {
    const { harness, at } = await online()
    const reply = Promise.withResolvers<{ status: number; body: unknown }>()
    harness.answer = () => reply.promise
    const edited = harness.client.edit(at(3).id, 'edited')
    await harness.deliver(live(harness, purged(at(1), at(6), ada)))
    reply.resolve({ status: 200, body: { ...at(3), content: 'edited', revision: 2 } })
    await edited
    expect(harness.texts).toEqual(['1', '2', '4', '5', '6'])
  })
})

test('what happens to messages that are not in the list is emitted, too', async () => {
  const { harness, at } = await online(2)
  const mutations: unknown[] = []
  harness.client.on('mutation', ({ event }) => mutations.push(event))
  await harness.deliver(
    harness.room.edit(at(1), 'edited'),
    harness.room.remove(at(1)),
    live(harness, purged(at(2), at(4))),
    harness.room.post('new'),
  )
  expect(mutations).toEqual(['message_edited', 'message_deleted', 'messages_purged'])
})

test('the purge of a message on its way settles its promise, and it is not shown', async () => {
  const { harness, events } = await online()
  const sent = harness.client.send('mine')
  const { client_id } = harness.socket.sentData('send_message')[0] ?? {}
  const { data } = harness.room.post('mine', ada, client_id)
  await harness.reconnect(roster(ada), purged(data, data, ada), { event: 'new_message', data })
  expect(await sent).toEqual(data)
  expect(harness.texts).not.toContain('mine')
  expect(events).toEqual([])
})
