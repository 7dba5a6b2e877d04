// Commands that mark messages as read, and read the marker.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { ReadState } from '../../../src/contract/entities.ts'
import { callAs } from '../../support/chat.ts'
import { checkState, stateOf } from './expected-markers.ts'
import { always, index, pick, type Step, step } from './step.ts'
import { waitUntil } from './waiting.ts'

const markByCall = fc.tuple(index, index).map(([n, m]) =>
  step(
    `mark by REST(${n}, ${m})`,
    ({ log }) => log.messages.length > 0,
    async (model) => {
      const [person, { id }] = [pick(model.people, n), pick(model.log.messages, m)]
      const answer = await callAs(person, 'PUT', '/auth/me/read', { message_id: id })
      if (answer.status === 503) expect(model.isArchiveUnavailable).toBe(true)
      else expect(answer.status).toBe(200)
      model.markers.mark(person, id)
    },
  ),
)

const markBySocket = fc.tuple(index, index).map(([n, m]) =>
  step(
    `mark by socket(${n}, ${m})`,
    ({ log, senders }) => log.messages.length > 0 && senders.length > 0,
    async (model) => {
      const [client, { id }] = [pick(model.senders, n), pick(model.log.messages, m)]
      client.mark(id)
      model.markers.mark(client.person, id)
      await waitUntil(`${client.name} has marked ${id}`, async () => {
        const answer = await stateOf(client.person)
        const { last_read_id } = (await answer.json()) as Partial<ReadState>
        return answer.status === 503 || (last_read_id ?? '') >= id
      })
    },
  ),
)

const readState = index.map((n) =>
  step(`what is unread(${n})`, always, (model) => checkState(model, pick(model.people, n))),
)

export const markers: fc.Arbitrary<Step>[] = [markByCall, markBySocket, readState]
