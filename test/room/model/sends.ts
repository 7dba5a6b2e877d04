// Commands that send messages: by sockets and by REST, once and again, and many at once.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import type { RoomFrame } from '../../../src/contract/frames.ts'
import { callAs, type Person } from '../../support/chat.ts'
import type { Client } from './client.ts'
import { connect } from './connections.ts'
import type { Model } from './model.ts'
import { newReferences, type SentReferences } from './references.ts'
import { always, index, pick, type Step, step } from './step.ts'
import { waitUntil } from './waiting.ts'

/** The content of one send. */
export type SendRequest = { content: string; client_id: string } & SentReferences

/** @param refers any number, which decides what the message refers to */
export const newSendRequest = (model: Model, refers: number): SendRequest => ({
  content: model.name('text'),
  client_id: model.name('try'),
  ...newReferences(model, refers),
})

export async function post(
  person: Person,
  request: SendRequest,
): Promise<{ status: number; body: unknown }> {
  const answer = await callAs(person, 'POST', '/messages', request)
  return { status: answer.status, body: await answer.json() }
}

/** A live frame for a new message, a reply without `seq` for an earlier one, or an error. */
function answerTo(client: Client, { client_id }: SendRequest): RoomFrame | undefined {
  client.receive()
  return [...client.events, ...client.replies].find(
    ({ event, data }) =>
      (event === 'new_message' || event === 'error') &&
      data.client_id === client_id &&
      (event === 'error' || data.user_id === client.person.id),
  )
}

async function answered(client: Client, request: SendRequest): Promise<RoomFrame> {
  await waitUntil(`${client.name} is answered`, () => answerTo(client, request) !== undefined)
  return answerTo(client, request) as RoomFrame
}

function checkAnswer(model: Model, client: Client, request: SendRequest, answer: RoomFrame): void {
  if (answer.event === 'new_message') {
    model.charge('sends', client.person)
    model.log.recordMessage(answer.data, client.person, request)
  } else {
    expect(answer.data).toMatchObject({ code: 'rate_limited' })
    model.expectUsedUp('sends', client.person)
  }
}

const sendBySocket = fc.tuple(index, index).map(([n, refers]) =>
  step(
    `send(${n}, by socket, referring ${refers})`,
    ({ senders }) => senders.length > 0,
    async (model) => {
      const [client, request] = [pick(model.senders, n), newSendRequest(model, refers)]
      client.send(request)
      checkAnswer(model, client, request, await answered(client, request))
    },
  ),
)

const sendByRest = fc.tuple(index, index).map(([n, refers]) =>
  step(`send(${n}, by REST, referring ${refers})`, always, async (model) => {
    const [person, request] = [pick(model.people, n), newSendRequest(model, refers)]
    const { status, body } = await post(person, request)
    if (status === 429) return model.expectUsedUp('sends', person)
    expect(status).toBe(201)
    model.charge('sends', person)
    model.log.recordMessage(body as Message, person, request)
    model.clientOf(person)?.view.add(body as Message)
  }),
)

const replyToUnknown = index.map((n) =>
  step(
    `reply to an unknown message(${n})`,
    ({ log }) => log.messages.length > 0,
    async (model) => {
      const person = pick(model.people, n)
      const reply_to = crypto.randomUUID().replace(/^./, 'f')
      const { status } = await post(person, { ...newSendRequest(model, 1), reply_to })
      if (status === 429) return model.expectUsedUp('sends', person)
      // It is charged like a message, so that nobody can try out ids.
      model.charge('sends', person)
      expect(status).toBe(404)
    },
  ),
)

/** Several frames in a row, while another client connects. */
const burst = fc
  .record({ client: index, count: fc.integer({ min: 2, max: 4 }), joining: index })
  .map(({ client: n, count, joining }) =>
    step(
      `burst(${n}, ${count}, connecting ${joining})`,
      ({ senders }) => senders.length > 0,
      async (model, room) => {
        const client = pick(model.senders, n)
        const requests = Array.from({ length: count }, (_, at) =>
          newSendRequest(model, joining + at),
        )
        client.send(requests[0] as SendRequest)
        const connecting =
          model.disconnected.length > 0
            ? connect(model, room, pick(model.disconnected, joining))
            : null
        for (const one of requests.slice(1)) client.send(one)
        const [check] = await Promise.all([
          connecting,
          ...requests.map((one) => answered(client, one)),
        ])
        for (const one of requests) checkAnswer(model, client, one, await answered(client, one))
        check?.()
      },
    ),
  )

export const sends: fc.Arbitrary<Step>[] = [
  ...[sendBySocket, sendByRest, sendByRest, burst, replyToUnknown],
]
