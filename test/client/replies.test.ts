import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/client/contract.ts'
import { ada, bo, Harness, memoryStorage, problem, reloaded } from './harness.ts'
import { live, purged } from './moderation-frames.ts'

const quote = (of: Message, changes: object = {}) => ({
  id: of.id,
  user_id: of.user_id,
  username: of.username,
  excerpt: of.content,
  is_deleted: false,
  ...changes,
})

/** Bo has said `one` and `two`, and Ada has replied to `one`. The client has the newest `pageSize`. */
async function online(pageSize = 50) {
  const harness = new Harness({ pageSize })
  const { room } = harness
  const one = room.post('one').data
  room.post('two')
  const reply = room.post('reply', ada, undefined, { reply_to: one.id }).data
  await harness.goOnline()
  const last = () => harness.state.messages.at(-1)
  return { harness, room, one, reply, last }
}

describe('sending', () => {
  test('CLIENT-1 A message is sent with the message that it replies to and with its mentions, also after a reconnect.', async () => {
    const { harness, one, last } = await online()
    harness.client.send('yes', { replyTo: one.id, mentions: [bo.id], mentionsRoom: true })
    const refers = { reply_to: one.id, mentions: [bo.id], mentions_room: true }
    expect(last()).toMatchObject({ state: 'sending', ...refers, referenced: quote(one) })
    expect(harness.socket.sentData('send_message')).toMatchObject([{ content: 'yes', ...refers }])
    await harness.reconnect()
    expect(harness.socket.sentData('send_message')).toMatchObject([{ content: 'yes', ...refers }])
    await harness.accept()
    expect(last()).toMatchObject({ state: 'sent', ...refers, referenced: quote(one) })
  })

  test('a message without references is sent as before', async () => {
    const { harness } = await online()
    harness.client.send('plain', { replyTo: null, mentionsRoom: false })
    const [sent] = harness.socket.sentData('send_message')
    expect(Object.keys(sent ?? {}).sort()).toEqual(['client_id', 'content'])
  })

  test('CLIENT-2 Pending messages keep their references over a reload and a retry, but store no text of others.', async () => {
    const kept = new Map<string, string>()
    const harness = new Harness({ storage: memoryStorage(kept) })
    const one = harness.room.post('one').data
    await harness.goOnline()
    harness.client.send('yes', { replyTo: one.id, mentions: [bo.id] }).catch(() => {})
    harness.client.close()
    expect([...kept.values()].join()).not.toContain('"one"')

    const next = await reloaded(kept)
    const refers = { reply_to: one.id, mentions: [bo.id] }
    expect(next.socket.sentData('send_message')).toMatchObject([refers])
    await next.refuse({ code: 'not_found' })
    const failed = next.state.messages.at(-1)
    expect(failed).toMatchObject({ state: 'failed', problem: { code: 'not_found' }, ...refers })
    next.client.retry(failed?.key ?? '').catch(() => {})
    expect(next.socket.sentData('send_message').at(-1)).toMatchObject(refers)
  })

  test('entries that an older release has stored are still sent', async () => {
    const stored = { key: 'c-old', client_id: 'c-old', content: 'old', user_id: ada.id }
    const entry = { ...stored, created_at: '2026-11-23T12:00:00.000Z' }
    const next = await reloaded(new Map([[`chat.pending.${ada.id}`, JSON.stringify([entry])]]))
    expect(next.socket.sentData('send_message')).toEqual([{ content: 'old', client_id: 'c-old' }])
  })

  test('a message with more references than a frame can hold fails, and the connection stays', async () => {
    const { harness, last } = await online()
    harness.client.send('x', { mentions: Array(1000).fill(bo.id) }).catch(() => {})
    expect(last()).toMatchObject({ state: 'failed', problem: { code: 'too_large' } })
  })
})

describe('the message that a reply refers to', () => {
  test('CLIENT-3 What a reply refers to follows edits, deletions, purges, erasures and new names of that message, whether or not it is in the list.', async () => {
    for (const pageSize of [50, 1]) {
      const { harness, room, one, last } = await online(pageSize)
      await harness.deliver(room.edit(one, 'x'.repeat(200)))
      expect(last()?.referenced?.excerpt).toBe('x'.repeat(140))
      await harness.deliver(
        live(harness, { event: 'user_erased', data: erasure(bo.id, 'keep', 'someone') }),
      )
      expect(last()?.referenced).toMatchObject({ username: 'someone', is_deleted: false })
      await harness.deliver(room.remove(one))
      const gone = { username: 'someone', excerpt: '', is_deleted: true }
      expect(last()?.referenced).toEqual(quote(one, gone))
      await harness.deliver(live(harness, edited(one, 'again', 9)))
      expect(last()?.referenced).toEqual(quote(one, gone))
    }
  })

  test('it is shown as deleted after a purge or an erasure with its messages', async () => {
    for (const pageSize of [50, 1]) {
      const purge = await online(pageSize)
      await purge.harness.deliver(live(purge.harness, purged(purge.one, purge.one)))
      const erase = await online(pageSize)
      await erase.harness.deliver(
        live(erase.harness, { event: 'user_erased', data: erasure(bo.id, 'delete', 'someone') }),
      )
      for (const { last } of [purge, erase])
        expect(last()?.referenced).toMatchObject({ excerpt: '', is_deleted: true })
    }
  })

  test('it is shown as deleted at once after an own deletion', async () => {
    const harness = new Harness()
    const mine = harness.room.post('mine', ada).data
    harness.room.post('reply', bo, undefined, { reply_to: mine.id })
    await harness.goOnline()
    harness.answer = ({ method }) => (method === 'DELETE' ? { status: 204 } : undefined)
    await harness.client.remove(mine.id)
    expect(harness.state.messages).toMatchObject([
      { referenced: { excerpt: '', is_deleted: true } },
    ])
  })

  test('a reply that says that it is deleted is believed, though the event comes later', async () => {
    const { harness, room, one, last } = await online(1)
    const deletion = room.remove(one)
    const next = room.post('next', bo, undefined, { reply_to: one.id })
    await harness.deliver({ ...next, seq: deletion.seq })
    expect(harness.state.messages[0]?.referenced).toMatchObject({ excerpt: '', is_deleted: true })
    expect(last()?.referenced).toMatchObject({ excerpt: '', is_deleted: true })
  })

  test('it is filled in as soon as that message is in the list', async () => {
    const harness = new Harness({ pageSize: 1 })
    const one = harness.room.post('one').data
    harness.room.hasTargets = false
    harness.room.post('reply', ada, undefined, { reply_to: one.id })
    await harness.goOnline()
    expect(harness.state.messages[0]?.referenced).toBeUndefined()
    await harness.client.history()
    expect(harness.state.messages[1]?.referenced).toEqual(quote(one))
  })

  test('a reply that lacks it gets it from another one, and from another copy of itself', async () => {
    const { harness, room, one, last } = await online(1)
    room.hasTargets = false
    await harness.deliver(room.post('next', bo, undefined, { reply_to: one.id }))
    expect(last()?.referenced).toEqual(quote(one))

    const unknown = new Harness({ pageSize: 1 })
    const target = unknown.room.post('target').data
    unknown.room.hasTargets = false
    const { data } = unknown.room.post('late', bo, undefined, { reply_to: target.id })
    await unknown.goOnline()
    unknown.room.hasTargets = true
    await unknown.reconnect({ event: 'new_message', data: unknown.room.show(data) })
    expect(unknown.state.messages[0]?.referenced).toEqual(quote(target))
  })

  test('only entries whose target has changed are new objects, and nothing emits `edit` for them', async () => {
    const { harness, room, one } = await online()
    const edits: string[] = []
    harness.client.on('edit', ({ content }) => edits.push(content))
    const [, two, reply] = harness.state.messages
    await harness.deliver(room.edit(two as Message, 'changed'))
    expect(harness.state.messages[2]).toBe(reply)
    await harness.deliver(room.edit(one, 'other'))
    expect(harness.state.messages[2]).not.toBe(reply)
    expect(harness.state.messages[2]?.key).toBe(reply?.key)
    expect(edits).toEqual(['changed', 'other'])
  })

  test('an edit that came while the page was loading is shown in its replies', async () => {
    const harness = new Harness({ pageSize: 1 })
    const one = harness.room.post('one').data
    harness.room.post('reply', ada, undefined, { reply_to: one.id })
    harness.room.post('three')
    await harness.goOnline()
    const loading = harness.client.history()
    await harness.deliver(harness.room.edit(one, 'edited'))
    await loading
    expect(harness.state.messages[0]?.referenced?.excerpt).toBe('edited')
  })

  test('CLIENT-4 After a gap that cannot be resumed, a reply shows what the room now says, and not what it said before.', async () => {
    const { harness, room, one, last } = await online(1)
    const before = last()
    await harness.drop()
    room.edit(one, 'edited in the gap')
    room.epoch = 'e2'
    await harness.clock.advance(1_000)
    harness.socket.open()
    harness.socket.deliver(harness.welcome({ resumed: false }))
    await harness.clock.advance(1_000)
    await harness.admit()
    expect(last()?.referenced?.excerpt).toBe('edited in the gap')
    expect(last()?.key).toBe(before?.key)
  })
})

describe('looking a message up', () => {
  test('CLIENT-5 A message that is not in a list is loaded once for calls at the same time, and then shown with its replies.', async () => {
    const harness = new Harness({ pageSize: 1 })
    const one = harness.room.post('one').data
    harness.room.hasTargets = false
    harness.room.post('reply', ada, undefined, { reply_to: one.id })
    await harness.goOnline()
    harness.calls.length = 0
    const both = await Promise.all([harness.client.message(one.id), harness.client.message(one.id)])
    expect(both).toEqual([one, one])
    expect(harness.calls.map(({ path }) => path)).toEqual([`/messages/${one.id}`])
    expect(harness.state.messages[0]?.referenced).toEqual(quote(one))
    await harness.deliver(harness.room.edit(one, 'later'))
    expect(harness.state.messages[0]?.referenced?.excerpt).toBe('later')
  })

  test('a message in the list is given without a call', async () => {
    const { harness, one } = await online()
    harness.calls.length = 0
    expect(await harness.client.message(one.id)).toBe(harness.state.messages[0])
    expect(harness.calls).toEqual([])
  })

  test('an answer gets the edit that came meanwhile, and is refused after a deletion', async () => {
    const { harness, room, one } = await online(1)
    const old = { ...one }
    harness.answer = async () => {
      await harness.deliver(room.edit(one, 'newer'))
      return { status: 200, body: old }
    }
    expect(await harness.client.message(one.id)).toMatchObject({ content: 'newer', revision: 2 })
    harness.answer = async () => {
      await harness.deliver(room.remove(one))
      return { status: 200, body: old }
    }
    await expect(harness.client.message(one.id)).rejects.toMatchObject({ code: 'not_found' })
    harness.answer = () => problem(404, 'not_found')
    await expect(harness.client.message(one.id)).rejects.toMatchObject({ code: 'not_found' })
  })
})

const erasure = (user_id: string, messages: 'keep' | 'delete', username: string) => ({
  user_id,
  messages,
  username,
})

const edited = ({ id }: Message, content: string, revision: number) => ({
  event: 'message_edited' as const,
  data: { message_id: id, content, updated_at: '2026-11-23T12:00:00.000Z', revision },
})
