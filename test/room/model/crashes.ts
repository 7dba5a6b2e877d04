// Commands during which the room ends, so that their outcome is unknown. The same request is sent
// again, and must have taken effect exactly once.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import { roundTrip } from '../../support/chat.ts'
import { edit, make } from './changes.ts'
import { crash } from './faults.ts'
import { newSendRequest, post } from './sends.ts'
import { index, pick, type Step, step } from './step.ts'

async function roundTrips(count: number): Promise<void> {
  for (let trip = 0; trip < count; trip++) await roundTrip()
}

const sendAndCrash = fc
  .record({ person: index, after: fc.nat(2), refers: index })
  .map(({ person: n, after, refers }) =>
    step(
      `send, crash, send again(${n}, after ${after})`,
      ({ people }) => people.length > 0,
      async (model, room) => {
        const [person, request] = [pick(model.people, n), newSendRequest(model, refers)]
        const first = post(person, request).catch(() => null)
        await roundTrips(after)
        await crash(model, room)
        await first
        const { status, body } = await post(person, request)
        if (status === 429) return model.expectUsedUp('sends', person)
        expect([200, 201]).toContain(status)
        model.charge('sends', person)
        model.log.recordMessage(body as Message, person, request)
      },
    ),
  )

const editAndCrash = fc.record({ message: index, after: fc.nat(2) }).map(({ message: n, after }) =>
  step(
    `edit, crash, edit again(${n}, after ${after})`,
    ({ log }) => log.messages.some(({ id }) => log.now(id)?.is_deleted === false),
    async (model, room) => {
      const { log } = model
      const { id, user_id } = pick(
        log.messages.filter((message) => log.now(message.id)?.is_deleted === false),
        n,
      )
      const [author, content] = [model.personOf(user_id), model.name('edit')]
      const first = edit(author, id, content).catch(() => null)
      await roundTrips(after)
      await crash(model, room)
      await first
      model.charge('changes', author)
      await make(model, room, { id, by: author, content })
    },
  ),
)

export const crashes: fc.Arbitrary<Step>[] = [sendAndCrash, editAndCrash]
