import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTimeline } from '../../src/client/timeline.ts'
import type { Frame, Message } from '../../src/client/wire.ts'
import { ada, Room } from './scene.ts'

const texts = (timeline: ReturnType<typeof createTimeline>) =>
  timeline.shown().map(({ content }) => content)

/** A list with the newest of these, the rest below. */
function loaded(contents: string[], limit = 100) {
  const room = new Room()
  for (const content of contents) room.say(content)
  const timeline = createTimeline()
  timeline.replace(room.page(limit, null))
  return { room, timeline }
}

describe('the list', () => {
  test('shows each message once, oldest first, in whatever order they come', () => {
    const { room, timeline } = loaded(['one'])
    const [two, three] = [room.say('two').data, room.say('three').data]
    for (const message of [three, two, three]) timeline.put(message)
    expect(texts(timeline)).toEqual(['one', 'two', 'three'])
  })

  test('takes a change only with a higher revision', () => {
    const { room, timeline } = loaded(['one'])
    const [one] = room.messages as [Message]
    const older = room.edit(one, 'older').data
    timeline.edit(room.edit(one, 'newer').data)
    timeline.edit(older)
    timeline.put(one)
    expect(texts(timeline)).toEqual(['newer'])
  })

  test('never brings back what was deleted', () => {
    const { room, timeline } = loaded(['one', 'two'])
    const [one] = room.messages as [Message]
    timeline.remove(one.id)
    timeline.put(one)
    timeline.edit(room.edit(one, 'again').data)
    expect(texts(timeline)).toEqual(['two'])
  })

  test('takes nothing from below what is loaded: there it would leave a hole', () => {
    const { room, timeline } = loaded(['one', 'two', 'three'], 1)
    const [one] = room.messages as [Message]
    timeline.put(one)
    expect(texts(timeline)).toEqual(['three'])
    expect(timeline.cursor()).toBe(room.messages[2]?.id)
  })

  test('keeps the array until something changes, and each entry until its message does', () => {
    const { room, timeline } = loaded(['one', 'two'])
    const [one] = room.messages as [Message]
    const before = timeline.shown()
    timeline.put(one)
    expect(timeline.shown()).toBe(before)
    timeline.edit(room.edit(one, 'changed').data)
    expect(timeline.shown()).not.toBe(before)
    expect(timeline.shown()[1]).toBe(before[1])
    timeline.replace(room.page(100, null))
    expect(timeline.shown()[1]).toBe(before[1])
  })

  test('gives a message the key of its optimistic entry', () => {
    const { room, timeline } = loaded([])
    const { data } = room.say('mine', ada, 'c-1')
    timeline.name(data.id, 'c-1')
    timeline.put(data)
    timeline.edit(room.edit(data, 'changed').data)
    timeline.replace(room.page(100, null))
    expect(timeline.shown().map(({ key }) => key)).toEqual(['c-1'])
  })
})

describe('an older page', () => {
  test('stands before what was there', async () => {
    const { room, timeline } = loaded(['one', 'two', 'three'], 1)
    await timeline.extend(async (cursor) => room.page(1, cursor))
    expect(texts(timeline)).toEqual(['two', 'three'])
    await timeline.extend(async (cursor) => room.page(5, cursor))
    expect(texts(timeline)).toEqual(['one', 'two', 'three'])
    expect(timeline.cursor()).toBeNull()
  })

  test('that was read before an edit and a deletion were told shows both', async () => {
    const { room, timeline } = loaded(['one', 'two', 'three'], 1)
    const [one, two] = room.messages as [Message, Message]
    await timeline.extend(async (cursor) => {
      const page = room.page(5, cursor)
      timeline.edit(room.edit(one, 'first edit').data)
      timeline.edit(room.edit(one, 'second edit').data)
      timeline.remove(room.remove(two).data.message_id)
      return page
    })
    expect(texts(timeline)).toEqual(['second edit', 'three'])
  })

  test('that was asked for before the list was replaced is left away', async () => {
    const { room, timeline } = loaded(['one', 'two', 'three', 'four'], 3)
    await timeline.extend(async (cursor) => {
      timeline.replace(room.page(1, null))
      return room.page(5, cursor)
    })
    expect(texts(timeline)).toEqual(['four'])
    expect(timeline.cursor()).toBe(room.messages[3]?.id)
  })

  test('that could not be loaded changes nothing', async () => {
    const { timeline } = loaded(['one', 'two'], 1)
    await expect(
      timeline.extend(async () => {
        throw new Error('away')
      }),
    ).rejects.toThrow('away')
    expect(texts(timeline)).toEqual(['two'])
  })
})

describe('the end of an account', () => {
  const end = { user_id: ada.id, username: 'someone' }

  test('takes the name from its messages, also from those that come later', () => {
    const { room, timeline } = loaded([])
    const [one, two] = [room.say('one', ada).data, room.say('two', ada).data]
    timeline.put(one)
    timeline.erase({ ...end, messages: 'keep' })
    timeline.put(two)
    expect(timeline.shown().map(({ username }) => username)).toEqual(['someone', 'someone'])
    expect(texts(timeline)).toEqual(['one', 'two'])
  })

  test('takes its messages, where that was asked', () => {
    const { room, timeline } = loaded(['of another'])
    const [one, two] = [room.say('one', ada).data, room.say('two', ada).data]
    timeline.put(one)
    timeline.erase({ ...end, messages: 'delete' })
    timeline.put(two)
    expect(texts(timeline)).toEqual(['of another'])
  })

  test('shows in a list that is loaded anew, though no revision tells', () => {
    const { room, timeline } = loaded([])
    timeline.put(room.say('one', ada).data)
    room.messages = room.messages.map((message) => ({ ...message, username: 'someone' }))
    timeline.replace(room.page(100, null))
    expect(timeline.shown().map(({ username }) => username)).toEqual(['someone'])
  })
})

type Told = ReturnType<Room['say' | 'edit' | 'remove']>
type Step = 'say' | 'edit' | 'remove' | 'ask' | 'answer' | 'drop' | 'return' | 'reload'

/**
 * A room and its client: frames arrive in order and late, pages are read at one moment and arrive at
 * another, the line drops and replays. At the end all has arrived.
 */
async function play(steps: { step: Step; pick: number }[]): Promise<[string[], string[]]> {
  const room = new Room()
  for (let n = 0; n < 7; n++) room.say(`m${n}`)
  const timeline = createTimeline()
  timeline.replace(room.page(2, null))

  const log: Told[] = []
  let heard = 0
  let position = room.seq
  let up = true
  let answerPage: (() => Promise<void>) | null = null

  const hear = ({ event, data }: Frame) => {
    if (event === 'new_message') timeline.put(data)
    if (event === 'message_edited') timeline.edit(data)
    if (event === 'message_deleted') timeline.remove(data.message_id)
  }
  const catchUp = () => {
    for (const frame of room.replay(position)) hear(frame)
    position = room.seq
    heard = log.length
  }
  const arrive = (count: number) => {
    if (up) for (const frame of log.slice(heard, heard + count)) hear(frame)
    if (up) heard = Math.min(log.length, heard + count)
    position = log[heard - 1]?.seq ?? position
  }

  for (const { step, pick } of steps) {
    const alive = room.messages.filter(({ is_deleted }) => !is_deleted)
    const target = alive[pick % alive.length]
    if (step === 'say') log.push(room.say(`n${log.length}`))
    if (step === 'edit' && target) log.push(room.edit(target, `e${log.length}`))
    if (step === 'remove' && target) log.push(room.remove(target))
    if (step === 'ask' && !answerPage && timeline.cursor() !== null) {
      const sent = Promise.withResolvers<ReturnType<Room['page']>>()
      const page = room.page(2, timeline.cursor())
      const done = timeline.extend(() => sent.promise)
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
      timeline.replace(room.page(pick % 9 || 3, null))
      position = room.seq
      heard = log.length
    }
    arrive(pick % 3)
  }
  if (!up) catchUp()
  up = true
  arrive(log.length)
  await answerPage?.()

  const from = timeline.cursor() ?? ''
  const expected = room.messages.filter(({ id, is_deleted }) => !is_deleted && id >= from)
  return [texts(timeline), expected.map(({ content }) => content)]
}

const steps = fc.array(
  fc.record({
    step: fc.constantFrom<Step>(
      'say',
      'edit',
      'remove',
      'ask',
      'answer',
      'drop',
      'return',
      'reload',
    ),
    pick: fc.nat(50),
  }),
  { maxLength: 60 },
)

test('pages, live frames and replays in any order end in the room’s own list', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const [shown, expected] = await play(script)
      expect(shown).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})
