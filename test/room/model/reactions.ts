// Commands that react to messages, also to old, deleted and unknown ones, and while the room ends.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { ReactionSet } from '../../../src/contract/reactions.ts'
import { type Person, roundTrip } from '../../support/chat.ts'
import { inRoom, put } from '../../support/reactions.ts'
import { testClock } from '../../support/test-clock.ts'
import { checkOwn } from './expected-reactions.ts'
import { crash } from './faults.ts'
import type { Model } from './model.ts'
import type { RealRoom } from './real-room.ts'
import { always, index, pick, type Step, step } from './step.ts'

const emoji = ['👍', '🎉', '😂'] as const

const some = fc.subarray([...emoji])

type Choice = { id: string; by: Person; reactions: string[] }

/** Checks the answer, and records the event if something has changed. */
async function record(model: Model, { id, by, reactions }: Choice, answer: Response) {
  const { log } = model
  if (answer.status === 503) return expect(model.isArchiveUnavailable).toBe(true)
  const now = log.now(id)
  expect(answer.status).toBe(now && !now.is_deleted ? 200 : 404)
  if (answer.status === 404) return
  const set = (await answer.json()) as ReactionSet
  expect(set.reactions.toSorted()).toEqual(reactions.toSorted())
  const before = model.reactions.of(id, by)
  const isSame = before.toSorted().join() === reactions.toSorted().join()
  model.reactions.choose(id, by, reactions)
  const revision = isSame
    ? (now?.reactions?.revision ?? 0)
    : log.recordReactions(id, model.reactions.counts(id))
  expect(set.revision).toBe(revision)
  const inLog = await inRoom(id)
  if (inLog) expect(inLog.counts).toEqual(model.reactions.counts(id))
}

/** The half second in which reactions are collected is over, so that each is applied at once. */
function send({ id, by, reactions }: Choice): Promise<Response> {
  testClock.moveBy(500)
  return put(by, id, reactions)
}

const choiceOf = (model: Model, n: number, m: number, reactions: string[]): Choice => ({
  ...{ id: pick(model.log.messages, m).id, by: pick(model.people, n), reactions },
})

const react = fc.tuple(index, index, some).map(([n, m, reactions]) =>
  step(
    `react(${n}, to ${m}, ${reactions.join('')})`,
    ({ log }) => log.messages.length > 0,
    async (model) => {
      const choice = choiceOf(model, n, m, reactions)
      await record(model, choice, await send(choice))
    },
  ),
)

const reactToUnknown = index.map((n) =>
  step(`react to an unknown message(${n})`, always, async (model) => {
    const choice = { id: crypto.randomUUID(), by: pick(model.people, n), reactions: ['👍'] }
    await record(model, choice, await send(choice))
  }),
)

/** Everybody at once: the room applies all in one command. */
const reactTogether = fc.tuple(index, some).map(([m, reactions]) =>
  step(
    `all react(to ${m}, ${reactions.join('')})`,
    ({ log }) => log.messages.length > 0,
    async (model) => {
      const first = choiceOf(model, 0, m, reactions)
      // One goes ahead, so that the others are collected.
      await record(model, first, await send(first))
      const others = model.people.slice(1).map((by) => ({ ...first, by }))
      const answers = await Promise.all(others.map(({ by, id }) => put(by, id, reactions)))
      if (answers.some(({ status }) => status !== 200)) {
        for (const [at, answer] of answers.entries())
          await record(model, others[at] as Choice, answer)
        return
      }
      const before = model.log.now(first.id)?.reactions?.revision ?? 0
      for (const { by, id } of others) model.reactions.choose(id, by, reactions)
      const revisions = await Promise.all(
        answers.map(async (answer) => ((await answer.json()) as ReactionSet).revision),
      )
      if (Math.max(...revisions) > before)
        model.log.recordReactions(first.id, model.reactions.counts(first.id))
      expect(new Set(revisions)).toEqual(
        new Set([model.log.now(first.id)?.reactions?.revision ?? 0]),
      )
    },
  ),
)

const reactAndCrash = fc.tuple(index, index, some, fc.nat(2)).map(([n, m, reactions, after]) =>
  step(
    `react, crash, react again(${n}, to ${m}, ${reactions.join('')}, after ${after})`,
    ({ log }) => log.messages.length > 0,
    async (model: Model, room: RealRoom) => {
      const choice = choiceOf(model, n, m, reactions)
      const first = send(choice).catch(() => null)
      for (let trip = 0; trip < after; trip++) await roundTrip()
      await crash(model, room)
      await first
      await record(model, choice, await send(choice))
    },
  ),
)

const readOwn = index.map((n) =>
  step(`own reactions(${n})`, always, (model) => checkOwn(model, pick(model.people, n))),
)

export const reactions: fc.Arbitrary<Step>[] = [
  ...[react, react, react, reactToUnknown, reactTogether, reactAndCrash, readOwn],
]
