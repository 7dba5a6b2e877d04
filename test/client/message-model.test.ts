// The list, the detached view and the targets of replies agree with the room after any sequence of
// events, pages, jumps and losses of the connection.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Frame, Message, Page } from '../../src/client/contract.ts'
import type { HistoryRequest } from '../../src/client/rest-options.ts'
import { createMessageViews } from '../../src/client/room-state/message-views.ts'
import { ada, bo, FakeRoom, lonelyReactions, settle } from './harness.ts'

type RoomEvents = ReturnType<FakeRoom['post' | 'edit' | 'remove' | 'purge']>
const moves = [
  ...(['say', 'reply', 'edit', 'remove', 'purge'] as const),
  ...(['older', 'newer', 'jump', 'back', 'answer', 'drop', 'return', 'reload'] as const),
]
type Step = (typeof moves)[number]

function pageOf(room: FakeRoom, { cursor = null, after, around }: HistoryRequest): Page {
  if (after) return room.pageAfter(2, after)
  return around ? room.pageAround(3, around) : room.page(2, cursor)
}

const alive = (messages: readonly Message[]) => messages.filter(({ is_deleted }) => !is_deleted)
const text = ({ content }: Message) => content

/**
 * A room and its client. Frames arrive late but in order, a page has the state of its request, and
 * the connection drops and replays. At the end everything has arrived.
 */
async function play(steps: { step: Step; pick: number }[]) {
  const room = new FakeRoom()
  const ids: string[] = []
  for (let n = 0; n < 9; n++) {
    const reply_to = n > 4 ? ids[n % 3] : undefined
    ids.push(room.post(`m${n}`, bo, undefined, reply_to ? { reply_to } : {}).data.id)
  }
  const answers: (() => void)[] = []
  const views = createMessageViews({
    stateChanged: () => {},
    reactions: lonelyReactions(),
    async load(ask) {
      const page = pageOf(room, ask)
      const sent = Promise.withResolvers<void>()
      answers.push(sent.resolve)
      await sent.promise
      return page
    },
  })
  const asked: Promise<unknown>[] = []
  views.replace(room.page(2, null))

  const log: RoomEvents[] = []
  let received = 0
  let position = room.seq
  let up = true

  const apply = ({ event, data }: Frame) => {
    if (event === 'new_message') views.newest.upsert(data)
    if (event === 'message_edited') views.edit(data)
    if (event === 'message_deleted') views.remove(data.message_id)
    if (event === 'messages_purged') views.purge(data)
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
  const answer = async (index: number) => {
    for (const send of answers.splice(index, 1)) send()
    await settle()
  }

  for (const { step, pick } of steps) {
    const targets = alive(room.messages)
    const target = targets[pick % targets.length]
    room.hasTargets = pick % 5 > 0
    if (step === 'say') log.push(room.post(`n${log.length}`, pick % 2 ? ada : bo))
    if (step === 'reply' && target)
      log.push(room.post(`r${log.length}`, bo, undefined, { reply_to: target.id }))
    if (step === 'edit' && target) log.push(room.edit(target, `e${log.length}`))
    if (step === 'remove' && target) log.push(room.remove(target))
    const last = targets[(pick % targets.length) + (pick % 4)]
    if (step === 'purge' && target && last) log.push(room.purge(target, last, target.user_id))
    if (step === 'older') asked.push(views.olderPage())
    if (step === 'newer') asked.push(views.newerPage())
    if (step === 'jump' && target) asked.push(views.jumpTo(target.id))
    if (step === 'back') views.backToNow()
    if (step === 'answer') await answer(pick % (answers.length || 1))
    if (step === 'drop') up = false
    if (step === 'return' && !up) {
      up = true
      catchUp()
    }
    if (step === 'reload' && !up) {
      views.replace(room.page(pick % 9 || 3, null))
      position = room.seq
      received = log.length
    }
    arrive(pick % 3)
  }
  if (!up) catchUp()
  up = true
  arrive(log.length)
  while (answers.length > 0) await answer(0)
  await Promise.all(asked)
  return { room, views }
}

const steps = fc.array(fc.record({ step: fc.constantFrom(...moves), pick: fc.nat(60) }), {
  maxLength: 60,
})

test('pages, live events, jumps and replays in any order give the messages of the room', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const { room, views } = await play(script)
      const messages = alive(room.messages)
      const from = views.newest.cursor() ?? ''
      const shown = views.newest.snapshot()
      expect(shown.map(text)).toEqual(messages.filter(({ id }) => id >= from).map(text))

      const detached = views.detached()?.messages ?? []
      const [first, last] = [detached[0]?.id ?? '', detached.at(-1)?.id ?? '']
      const part = messages.filter(({ id }) => id >= first && id <= last)
      expect(detached.map(text)).toEqual(part.map(text))

      room.hasTargets = true
      for (const reply of [...shown, ...detached]) {
        const now = room.messages.find(({ id }) => id === reply.id)
        const { referenced } = room.show(now as Message)
        if (reply.referenced) expect(reply.referenced).toEqual(referenced)
        if (views.find(reply.reply_to ?? '')) expect(reply.referenced).toEqual(referenced)
      }
    }),
    { numRuns: 500 },
  )
})
