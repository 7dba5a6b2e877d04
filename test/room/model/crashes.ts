// Commands during which the room ends, so that their outcome is unknown. The same request is sent
// again, and must have taken effect exactly once.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import { roundTrip } from '../../support/chat.ts'
import { edit, make } from './changes.ts'
import { crash } from './faults.ts'
import { newAsked, post } from './sends.ts'
import { number, pick, type Step, step } from './step.ts'

async function trips(count: number): Promise<void> {
  for (let trip = 0; trip < count; trip++) await roundTrip()
}

const sayAndCrash = fc.record({ person: number, after: fc.nat(2) }).map(({ person: n, after }) =>
  step(
    `say, crash, say again(${n}, after ${after})`,
    ({ people }) => people.length > 0,
    async (model, world) => {
      const [person, asked] = [pick(model.people, n), newAsked(model)]
      const first = post(person, asked).catch(() => null)
      await trips(after)
      await crash(model, world)
      await first
      const { status, body } = await post(person, asked)
      if (status === 429) return model.expectUsedUp('sends', person)
      expect([200, 201]).toContain(status)
      model.charge('sends', person)
      model.truth.said(body as Message, person, asked)
    },
  ),
)

const editAndCrash = fc.record({ message: number, after: fc.nat(2) }).map(({ message: n, after }) =>
  step(
    `edit, crash, edit again(${n}, after ${after})`,
    ({ truth }) => truth.made.some(({ id }) => truth.now(id)?.is_deleted === false),
    async (model, world) => {
      const { truth } = model
      const { id, user_id } = pick(
        truth.made.filter((message) => truth.now(message.id)?.is_deleted === false),
        n,
      )
      const [author, content] = [model.personOf(user_id), model.name('edit')]
      const first = edit(author, id, content).catch(() => null)
      await trips(after)
      await crash(model, world)
      await first
      model.charge('changes', author)
      await make(model, world, { id, by: author, content })
    },
  ),
)

export const crashes: fc.Arbitrary<Step>[] = [sayAndCrash, editAndCrash]
