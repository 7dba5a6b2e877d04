import { expect, test } from 'vitest'
import type { Message } from '../../src/client/contract.ts'
import { bo, Harness } from './harness.ts'

test('CLIENT-17 Search and the mentions of the user are calls with the values that are given, and give their pages.', async () => {
  const harness = await Harness.online()
  const { client } = harness
  harness.calls.length = 0
  const hits = { hits: [], next_cursor: null }
  const mentions = { messages: [], next_cursor: 'm1' }
  harness.answer = ({ path }) => ({
    status: 200,
    body: path.startsWith('/messages/search') ? hits : mentions,
  })
  expect(await client.search({ q: '100 % & more', from: bo.id, cursor: null, limit: 5 })).toEqual(
    hits,
  )
  await client.search({ q: 'two', before: '2026-11-23T12:00:00+01:00', after: 'm1', cursor: 'm9' })
  expect(await client.mentions()).toEqual(mentions)
  await client.mentions({ cursor: 'm1', limit: 7 })
  expect(harness.calls.map(({ path, token }) => [path, token])).toEqual([
    [`/messages/search?q=100%20%25%20%26%20more&from=${bo.id}&limit=5`, 'Bearer t0'],
    [
      '/messages/search?q=two&before=2026-11-23T12%3A00%3A00%2B01%3A00&after=m1&cursor=m9',
      'Bearer t0',
    ],
    ['/auth/me/mentions', 'Bearer t0'],
    ['/auth/me/mentions?cursor=m1&limit=7', 'Bearer t0'],
  ])
})

test('CLIENT-18 The position of a page is `position`, and `session` in a service of an older release.', async () => {
  for (const [position, session] of [
    [
      { epoch: 'e1', seq: 1 },
      { epoch: 'other', seq: 7 },
    ],
    [undefined, { epoch: 'e1', seq: 1 }],
  ]) {
    const harness = new Harness()
    const { data } = harness.room.post('one')
    const page = { messages: [data] as Message[], next_cursor: null, position, session }
    harness.answer = () => ({ status: 200, body: page })
    harness.client.connect()
    await harness.goOnline()
    expect(harness.socket.address.search).toBe('?epoch=e1&since=1')
    expect(harness.texts).toEqual(['one'])
  }
})
