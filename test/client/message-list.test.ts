import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/client/contract.ts'
import type { HistoryRequest } from '../../src/client/rest-options.ts'
import { createMessageViews, type MessageViews } from '../../src/client/room-state/message-views.ts'
import { ada, FakeRoom, lonelyReactions } from './harness.ts'

const texts = ({ newest }: MessageViews) => newest.snapshot().map(({ content }) => content)

/** A list with the newest of these messages. The rest is below the cursor. */
function loaded(contents: string[], limit = 100) {
  const room = new FakeRoom()
  for (const content of contents) room.post(content)
  const loader = {
    load: async ({ cursor = null, limit = 1 }: HistoryRequest) => room.page(limit, cursor),
  }
  const views = createMessageViews({
    load: (ask) => loader.load(ask),
    reactions: lonelyReactions(),
    stateChanged: () => {},
  })
  views.replace(room.page(limit, null))
  return { room, views, loader }
}

describe('the list', () => {
  test('has each message once, oldest first, in whatever order they come', () => {
    const { room, views } = loaded(['one'])
    const [two, three] = [room.post('two').data, room.post('three').data]
    for (const message of [three, two, three]) views.newest.upsert(message)
    expect(texts(views)).toEqual(['one', 'two', 'three'])
  })

  test('applies a change only with a higher revision', () => {
    const { room, views } = loaded(['one'])
    const [one] = room.messages as [Message]
    const older = room.edit(one, 'older').data
    views.edit(room.edit(one, 'newer').data)
    views.edit(older)
    views.newest.upsert(one)
    expect(texts(views)).toEqual(['newer'])
  })

  test('never brings back what was deleted', () => {
    const { room, views } = loaded(['one', 'two'])
    const [one] = room.messages as [Message]
    views.remove(one.id)
    views.newest.upsert(one)
    views.edit(room.edit(one, 'again').data)
    expect(texts(views)).toEqual(['two'])
  })

  test('ignores messages below the cursor, which would leave a gap', () => {
    const { room, views } = loaded(['one', 'two', 'three'], 1)
    const [one] = room.messages as [Message]
    views.newest.upsert(one)
    expect(texts(views)).toEqual(['three'])
    expect(views.newest.cursor()).toBe(room.messages[2]?.id)
  })

  test('keeps the array until something changes, and each entry until its message does', () => {
    const { room, views } = loaded(['one', 'two'])
    const [one] = room.messages as [Message]
    const before = views.newest.snapshot()
    views.newest.upsert(one)
    expect(views.newest.snapshot()).toBe(before)
    views.edit(room.edit(one, 'changed').data)
    expect(views.newest.snapshot()).not.toBe(before)
    expect(views.newest.snapshot()[1]).toBe(before[1])
    views.replace(room.page(100, null))
    expect(views.newest.snapshot()[1]).toBe(before[1])
  })

  test('gives a message the key of its optimistic entry', () => {
    const { room, views } = loaded([])
    const { data } = room.post('mine', ada, 'c-1')
    views.setKey(data.id, 'c-1')
    views.newest.upsert(data)
    views.edit(room.edit(data, 'changed').data)
    views.replace(room.page(100, null))
    expect(views.newest.snapshot().map(({ key }) => key)).toEqual(['c-1'])
  })
})

describe('an older page', () => {
  test('is put before the present messages', async () => {
    const { room, views, loader } = loaded(['one', 'two', 'three'], 1)
    await views.olderPage()
    expect(texts(views)).toEqual(['two', 'three'])
    loader.load = async ({ cursor = null }) => room.page(5, cursor)
    await views.olderPage()
    expect(texts(views)).toEqual(['one', 'two', 'three'])
    expect(views.newest.cursor()).toBeNull()
  })

  test('gets the edits and deletions that came while it was loading', async () => {
    const { room, views, loader } = loaded(['one', 'two', 'three'], 1)
    const [one, two] = room.messages as [Message, Message]
    loader.load = async ({ cursor = null }) => {
      const page = room.page(5, cursor)
      views.edit(room.edit(one, 'first edit').data)
      views.edit(room.edit(one, 'second edit').data)
      views.remove(room.remove(two).data.message_id)
      return page
    }
    await views.olderPage()
    expect(texts(views)).toEqual(['second edit', 'three'])
  })

  test('is ignored if the list was replaced meanwhile', async () => {
    const { room, views, loader } = loaded(['one', 'two', 'three', 'four'], 3)
    loader.load = async ({ cursor = null }) => {
      views.replace(room.page(1, null))
      return room.page(5, cursor)
    }
    await views.olderPage()
    expect(texts(views)).toEqual(['four'])
    expect(views.newest.cursor()).toBe(room.messages[3]?.id)
  })

  test('changes nothing if it cannot be loaded', async () => {
    const { views, loader } = loaded(['one', 'two'], 1)
    loader.load = async () => {
      throw new Error('away')
    }
    await expect(views.olderPage()).rejects.toThrow('away')
    expect(texts(views)).toEqual(['two'])
  })
})

describe('the erasure of an account', () => {
  const end = { user_id: ada.id, username: 'someone' }

  test('replaces the name in its messages, also in later ones', () => {
    const { room, views } = loaded([])
    const [one, two] = [room.post('one', ada).data, room.post('two', ada).data]
    views.newest.upsert(one)
    views.erase({ ...end, messages: 'keep' })
    views.newest.upsert(two)
    expect(views.newest.snapshot().map(({ username }) => username)).toEqual(['someone', 'someone'])
    expect(texts(views)).toEqual(['one', 'two'])
  })

  test('removes its messages, if that was asked for', () => {
    const { room, views } = loaded(['of another'])
    const [one, two] = [room.post('one', ada).data, room.post('two', ada).data]
    views.newest.upsert(one)
    views.erase({ ...end, messages: 'delete' })
    views.newest.upsert(two)
    expect(texts(views)).toEqual(['of another'])
  })

  test('is applied by a reload, though no revision has changed', () => {
    const { room, views } = loaded([])
    views.newest.upsert(room.post('one', ada).data)
    room.messages = room.messages.map((message) => ({ ...message, username: 'someone' }))
    views.replace(room.page(100, null))
    expect(views.newest.snapshot().map(({ username }) => username)).toEqual(['someone'])
  })
})
