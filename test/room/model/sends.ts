// Commands that send messages: by sockets and by REST, once and again, and many at once.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import type { RoomFrame } from '../../../src/contract/frames.ts'
import { callAs, type Person } from '../../support/chat.ts'
import { expectArchiveUnavailable } from './checks.ts'
import type { Client } from './client.ts'
import { connect } from './connections.ts'
import type { Model } from './model.ts'
import { always, index, pick, type Step, step } from './step.ts'
import { waitUntil } from './waiting.ts'

/** The content of one send. */
export type SendRequest = { content: string; client_id: string }

export const newSendRequest = (model: Model): SendRequest => ({
  content: model.name('text'),
  client_id: model.name('try'),
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

const sendBySocket = index.map((n) =>
  step(
    `send(${n}, by socket)`,
    ({ senders }) => senders.length > 0,
    async (model) => {
      const [client, request] = [pick(model.senders, n), newSendRequest(model)]
      client.send(request)
      checkAnswer(model, client, request, await answered(client, request))
    },
  ),
)

const sendByRest = index.map((n) =>
  step(`send(${n}, by REST)`, always, async (model) => {
    const [person, request] = [pick(model.people, n), newSendRequest(model)]
    const { status, body } = await post(person, request)
    if (status === 429) return model.expectUsedUp('sends', person)
    expect(status).toBe(201)
    model.charge('sends', person)
    model.log.recordMessage(body as Message, person, request)
    model.clientOf(person)?.view.add(body as Message)
  }),
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
        const requests = Array.from({ length: count }, () => newSendRequest(model))
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

/** The answer to a retry is the current state of the message. It is not an event. */
function checkRepeated(model: Model, repeated: Message, first: Message): void {
  const { updated_at, ...now } = model.log.now(first.id) as Message
  // No answer says when a message was deleted.
  const known = now.is_deleted ? now : { ...now, updated_at }
  expect(repeated).toMatchObject({ ...known, client_id: first.client_id })
}

const sendAgain = fc
  .record({ message: index, sameText: fc.boolean(), bySocket: fc.boolean() })
  .map(({ message: n, sameText, bySocket }) =>
    step(
      `sendAgain(${n}, ${sameText ? 'same' : 'other'} text, by ${bySocket ? 'socket' : 'REST'})`,
      ({ log }) => log.messages.length > 0,
      async (model, room) => {
        const first = pick(model.log.messages, n)
        const author = model.personOf(first.user_id)
        const request = {
          content: sameText ? first.content : model.name('other text'),
          client_id: first.client_id as string,
        }
        const client = model.senders.find(({ person }) => person.id === author.id)
        const { message, code } =
          bySocket && client
            ? await repeatBySocket(client, request)
            : await repeatByRest(author, request)
        if (code === 'unavailable') return expectArchiveUnavailable(model, room, first.id)
        // The first text of an edited or deleted message is not kept, so it cannot be compared.
        const now = model.log.now(first.id)
        const isAsSaid = now?.revision === 1 && !now.is_deleted
        expect(code).toBe(isAsSaid && !sameText ? 'client_id_reused' : null)
        if (message) checkRepeated(model, message, first)
      },
    ),
  )

type Repeated = { message: Message | null; code: string | null }

async function repeatByRest(author: Person, request: SendRequest): Promise<Repeated> {
  const { status, body } = await post(author, request)
  if (status === 200) return { message: body as Message, code: null }
  return { message: null, code: (body as { code: string }).code }
}

async function repeatBySocket(client: Client, request: SendRequest): Promise<Repeated> {
  client.receive()
  // Replies to the first try are not answers to this one.
  client.replies.length = 0
  client.send(request)
  const reply = () => {
    client.receive()
    return client.replies[0]
  }
  await waitUntil(`${client.name} is answered`, () => reply() !== undefined)
  const frame = reply()
  if (frame?.event === 'new_message') return { message: frame.data, code: null }
  return { message: null, code: frame?.event === 'error' ? frame.data.code : null }
}

export const sends: fc.Arbitrary<Step>[] = [sendBySocket, sendByRest, sendByRest, burst, sendAgain]
