import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame, Message } from '../../src/client/contract.ts'
import { createMessageList } from '../../src/client/room-state/message-list.ts'
import { ada, bo, FakeRoom } from './harness.ts'

const texts = (messageList: ReturnType<typeof createMessageList>) =>
  messageList.snapshot().map(({ content }) => content)

/** A list with the newest of these messages. The rest is below the cursor. */
function loaded(contents: string[], limit = 100) {
  const room = new FakeRoom()
  for (const content of contents) room.post(content)
  const messageList = createMessageList()
  messageList.replace(room.page(limit, null))
  return { room, messageList }
}

describe('the list', () => {
  test('has each message once, oldest first, in whatever order they come', () => {
    const { room, messageList } = loaded(['one'])
    const [two, three] = [room.post('two').data, room.post('three').data]
    for (const message of [three, two, three]) messageList.upsert(message)
    expect(texts(messageList)).toEqual(['one', 'two', 'three'])
  })

  test('applies a change only with a higher revision', () => {
    const { room, messageList } = loaded(['one'])
    const [one] = room.messages as [Message]
    const older = room.edit(one, 'older').data
    messageList.edit(room.edit(one, 'newer').data)
    messageList.edit(older)
    messageList.upsert(one)
    expect(texts(messageList)).toEqual(['newer'])
  })

  test('never brings back what was deleted', () => {
    const { room, messageList } = loaded(['one', 'two'])
    const [one] = room.messages as [Message]
    messageList.remove(one.id)
    messageList.upsert(one)
    messageList.edit(room.edit(one, 'again').data)
    expect(texts(messageList)).toEqual(['two'])
  })

  test('ignores messages below the cursor, which would leave a gap', () => {
    const { room, messageList } = loaded(['one', 'two', 'three'], 1)
    const [one] = room.messages as [Message]
    messageList.upsert(one)
    expect(texts(messageList)).toEqual(['three'])
    expect(messageList.cursor()).toBe(room.messages[2]?.id)
  })

  test('keeps the array until something changes, and each entry until its message does', () => {
    const { room, messageList } = loaded(['one', 'two'])
    const [one] = room.messages as [Message]
    const before = messageList.snapshot()
    messageList.upsert(one)
    expect(messageList.snapshot()).toBe(before)
    messageList.edit(room.edit(one, 'changed').data)
    expect(messageList.snapshot()).not.toBe(before)
    expect(messageList.snapshot()[1]).toBe(before[1])
    messageList.replace(room.page(100, null))
    expect(messageList.snapshot()[1]).toBe(before[1])
  })

  test('gives a message the key of its optimistic entry', () => {
    const { room, messageList } = loaded([])
    const { data } = room.post('mine', ada, 'c-1')
    messageList.setKey(data.id, 'c-1')
    messageList.upsert(data)
    messageList.edit(room.edit(data, 'changed').data)
    messageList.replace(room.page(100, null))
    expect(messageList.snapshot().map(({ key }) => key)).toEqual(['c-1'])
  })
})

describe('an older page', () => {
  test('is put before the present messages', async () => {
    const { room, messageList } = loaded(['one', 'two', 'three'], 1)
    await messageList.prependOlder(async (cursor) => room.page(1, cursor))
    expect(texts(messageList)).toEqual(['two', 'three'])
    await messageList.prependOlder(async (cursor) => room.page(5, cursor))
    expect(texts(messageList)).toEqual(['one', 'two', 'three'])
    expect(messageList.cursor()).toBeNull()
  })

  test('gets the edits and deletions that came while it was loading', async () => {
    const { room, messageList } = loaded(['one', 'two', 'three'], 1)
    const [one, two] = room.messages as [Message, Message]
    await messageList.prependOlder(async (cursor) => {
      const page = room.page(5, cursor)
      messageList.edit(room.edit(one, 'first edit').data)
      messageList.edit(room.edit(one, 'second edit').data)
      messageList.remove(room.remove(two).data.message_id)
      return page
    })
    expect(texts(messageList)).toEqual(['second edit', 'three'])
  })

  test('is ignored if the list was replaced meanwhile', async () => {
    const { room, messageList } = loaded(['one', 'two', 'three', 'four'], 3)
    await messageList.prependOlder(async (cursor) => {
      messageList.replace(room.page(1, null))
      return room.page(5, cursor)
    })
    expect(texts(messageList)).toEqual(['four'])
    expect(messageList.cursor()).toBe(room.messages[3]?.id)
  })

  test('changes nothing if it cannot be loaded', async () => {
    const { messageList } = loaded(['one', 'two'], 1)
    await expect(
      messageList.prependOlder(async () => {
        throw new Error('away')
      }),
    ).rejects.toThrow('away')
    expect(texts(messageList)).toEqual(['two'])
  })
})

describe('the erasure of an account', () => {
  const end = { user_id: ada.id, username: 'someone' }

  test('replaces the name in its messages, also in later ones', () => {
    const { room, messageList } = loaded([])
    const [one, two] = [room.post('one', ada).data, room.post('two', ada).data]
    messageList.upsert(one)
    messageList.erase({ ...end, messages: 'keep' })
    messageList.upsert(two)
    expect(messageList.snapshot().map(({ username }) => username)).toEqual(['someone', 'someone'])
    expect(texts(messageList)).toEqual(['one', 'two'])
  })

  test('removes its messages, if that was asked for', () => {
    const { room, messageList } = loaded(['of another'])
    const [one, two] = [room.post('one', ada).data, room.post('two', ada).data]
    messageList.upsert(one)
    messageList.erase({ ...end, messages: 'delete' })
    messageList.upsert(two)
    expect(texts(messageList)).toEqual(['of another'])
  })

  test('is applied by a reload, though no revision has changed', () => {
    const { room, messageList } = loaded([])
    messageList.upsert(room.post('one', ada).data)
    room.messages = room.messages.map((message) => ({ ...message, username: 'someone' }))
    messageList.replace(room.page(100, null))
    expect(messageList.snapshot().map(({ username }) => username)).toEqual(['someone'])
  })
})

type RoomEvents = ReturnType<FakeRoom['post' | 'edit' | 'remove' | 'purge']>
const moves = [
  ...(['say', 'edit', 'remove', 'purge'] as const),
  ...(['ask', 'answer', 'drop', 'return', 'reload'] as const),
]
type Step = (typeof moves)[number]

/**
 * A room and its client. Frames arrive late but in order, a page has the state of its request, and
 * the connection drops and replays. At the end everything has arrived.
 */
async function play(steps: { step: Step; pick: number }[]): Promise<[string[], string[]]> {
  const room = new FakeRoom()
  for (let n = 0; n < 7; n++) room.post(`m${n}`)
  const messageList = createMessageList()
  messageList.replace(room.page(2, null))

  const log: RoomEvents[] = []
  let received = 0
  let position = room.seq
  let up = true
  let answerPage: (() => Promise<void>) | null = null

  const apply = ({ event, data }: Frame) => {
    if (event === 'new_message') messageList.upsert(data)
    if (event === 'message_edited') messageList.edit(data)
    if (event === 'message_deleted') messageList.remove(data.message_id)
    if (event === 'messages_purged') messageList.purge(data)
  }
  const catchUp = () => {
    for (const frame of room.replay(position)) apply(frame)
    position = room.seq
    received = log.length
  }
  const arrive = (count: number) => {
    if (up) for (const frame of log.slice(received, received + count)) apply(frame)
    if (up) received = Math.min(log.length, received + count)
    position = log[received - 1]?.seq ?? position
  }

  for (const { step, pick } of steps) {
    const alive = room.messages.filter(({ is_deleted }) => !is_deleted)
    const target = alive[pick % alive.length]
    if (step === 'say') log.push(room.post(`n${log.length}`, pick % 2 ? ada : bo))
    if (step === 'edit' && target) log.push(room.edit(target, `e${log.length}`))
    if (step === 'remove' && target) log.push(room.remove(target))
    const last = alive[(pick % alive.length) + (pick % 4)]
    if (step === 'purge' && target && last) log.push(room.purge(target, last, target.user_id))
    if (step === 'ask' && !answerPage && messageList.cursor() !== null) {
      const sent = Promise.withResolvers<ReturnType<FakeRoom['page']>>()
      const page = room.page(2, messageList.cursor())
      const done = messageList.prependOlder(() => sent.promise)
      answerPage = () => {
        sent.resolve(page)
        return done
      }
    }
    if (step === 'answer' && answerPage) {
      await answerPage()
      answerPage = null
    }
    if (step === 'drop') up = false
    if (step === 'return' && !up) {
      up = true
      catchUp()
    }
    if (step === 'reload' && !up) {
      messageList.replace(room.page(pick % 9 || 3, null))
      position = room.seq
      received = log.length
    }
    arrive(pick % 3)
  }
  if (!up) catchUp()
  up = true
  arrive(log.length)
  await answerPage?.()

  const from = messageList.cursor() ?? ''
  const expected = room.messages.filter(({ id, is_deleted }) => !is_deleted && id >= from)
  return [texts(messageList), expected.map(({ content }) => content)]
}

const steps = fc.array(
  fc.record({
    step: fc.constantFrom(...moves),
    pick: fc.nat(50),
  }),
  { maxLength: 60 },
)

test('pages, live events and replays in any order give the list of the room', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const [snapshot, expected] = await play(script)
      expect(snapshot).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})
