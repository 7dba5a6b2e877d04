// Commands that edit and delete messages: by their authors and by others, old messages and unknown
// ones, and one message by several calls at once.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import { callAs, type Person } from '../../support/chat.ts'
import { expectArchiveUnavailable } from './checks.ts'
import { answeredFields, type ChangeOutcome } from './expected-log.ts'
import type { Model } from './model.ts'
import type { RealRoom } from './real-room.ts'
import { checkReferenced } from './references.ts'
import { always, index, pick, type Step, step } from './step.ts'

export const edit = (by: Person, id: string, content: string) =>
  callAs(by, 'PATCH', `/messages/${id}`, { content })

const remove = (by: Person, id: string) => callAs(by, 'DELETE', `/messages/${id}`)

const statuses: Record<ChangeOutcome, { edit: number; remove: number }> = {
  changed: { edit: 200, remove: 204 },
  unchanged: { edit: 200, remove: 204 },
  not_found: { edit: 404, remove: 404 },
  not_the_author: { edit: 403, remove: 403 },
}

type Change = { id: string; by: Person; content: string | null }

/** Checks the answer to a single change, and records the change in the expected log. */
async function checkChange(model: Model, room: RealRoom, change: Change, answer: Response) {
  const { id, by, content } = change
  if (answer.status === 429) return model.expectUsedUp('changes', by)
  model.charge('changes', by)
  if (answer.status === 503) return expectArchiveUnavailable(model, room, id)
  const outcome = model.log.expectedOutcome(id, by, content)
  expect(answer.status).toBe(statuses[outcome][content === null ? 'remove' : 'edit'])
  if (answer.status === 200) recordChange(model, by, (await answer.json()) as Message, outcome)
  else if (outcome === 'changed') model.log.recordDeletion(id)
}

function recordChange(model: Model, by: Person, message: Message, outcome: ChangeOutcome): void {
  if (outcome === 'changed') model.log.recordEdit(message, message.content)
  else {
    expect(message).toMatchObject(answeredFields(model.log.now(message.id) as Message))
    checkReferenced(model.log, message, model.log.head)
  }
  model.clientOf(by)?.view.add(message)
}

export async function make(model: Model, room: RealRoom, change: Change): Promise<void> {
  const { id, by, content } = change
  const answer = await (content === null ? remove(by, id) : edit(by, id, content))
  await checkChange(model, room, change, answer)
}

const hasMessages = ({ log }: Readonly<Model>) => log.messages.length > 0

/** Mostly null, which means the author. */
const byWhom = fc.option(index, { freq: 5, nil: null })

function changer(model: Model, message: Message, other: number | null): Person {
  return other === null ? model.personOf(message.user_id) : pick(model.people, other)
}

const editOne = fc
  .record({ message: index, other: byWhom, sameText: fc.boolean() })
  .map(({ message: n, other, sameText }) =>
    step(
      `edit(${n}, by ${other ?? 'its author'}${sameText ? ', to the same' : ''})`,
      hasMessages,
      (model, room) => {
        const message = pick(model.log.messages, n)
        const content = sameText ? message.content : model.name('edit')
        const by = changer(model, message, other)
        return make(model, room, { id: message.id, by, content })
      },
    ),
  )

const removeOne = fc.record({ message: index, other: byWhom }).map(({ message: n, other }) =>
  step(`delete(${n}, by ${other ?? 'its author'})`, hasMessages, (model, room) => {
    const message = pick(model.log.messages, n)
    const by = changer(model, message, other)
    return make(model, room, { id: message.id, by, content: null })
  }),
)

const changeUnknown = fc.record({ person: index, isEdit: fc.boolean() }).map(({ person, isEdit }) =>
  step(`${isEdit ? 'edit' : 'delete'} an unknown message(${person})`, always, (model, room) => {
    const content = isEdit ? model.name('edit') : null
    const by = pick(model.people, person)
    return make(model, room, { id: crypto.randomUUID(), by, content })
  }),
)

/** The room decides the order of the changes; the revisions show it. */
const changeTogether = fc
  .record({ message: index, edits: fc.integer({ min: 2, max: 3 }), andDelete: fc.boolean() })
  .map(({ message: n, edits, andDelete }) =>
    step(
      `change together(${n}, ${edits} edits${andDelete ? ' and a deletion' : ''})`,
      hasMessages,
      async (model, room) => {
        const { id, user_id } = pick(model.log.messages, n)
        const by = model.personOf(user_id)
        const contents = Array.from({ length: edits }, () => model.name('edit'))
        const [deletion, ...answers] = await Promise.all([
          andDelete ? remove(by, id) : null,
          ...contents.map((content) => edit(by, id, content)),
        ])
        const recordEdit: Message[] = []
        const rest: [Response, string | null][] = []
        for (const [at, answer] of answers.entries())
          if (answer.status === 200) recordEdit.push((await answer.json()) as Message)
          else rest.push([answer, contents[at] as string])
        for (const message of recordEdit.sort((a, b) => a.revision - b.revision)) {
          model.charge('changes', by)
          recordChange(model, by, message, model.log.expectedOutcome(id, by, message.content))
        }
        if (deletion) rest.unshift([deletion, null])
        for (const [answer, content] of rest)
          await checkChange(model, room, { id, by, content }, answer)
      },
    ),
  )

export const changes: fc.Arbitrary<Step>[] = [
  editOne,
  editOne,
  editOne,
  removeOne,
  removeOne,
  changeUnknown,
  changeTogether,
]
