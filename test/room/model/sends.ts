// Commands that send messages: by sockets and by REST, once and again, and many at once.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import type { RoomFrame } from '../../../src/contract/frames.ts'
import { callAs, type Person } from '../../support/chat.ts'
import { expectAway } from './checks.ts'
import type { Client } from './client.ts'
import { connect } from './connecting.ts'
import type { Model } from './model.ts'
import { always, number, pick, type Step, step } from './step.ts'
import { until } from './waiting.ts'

/** The content of one send. */
export type Asked = { content: string; client_id: string }

export const newAsked = (model: Model): Asked => ({
  content: model.name('text'),
  client_id: model.name('try'),
})

export async function post(
  person: Person,
  asked: Asked,
): Promise<{ status: number; body: unknown }> {
  const answer = await callAs(person, 'POST', '/messages', asked)
  return { status: answer.status, body: await answer.json() }
}

/** A live frame for a new message, a reply without `seq` for an earlier one, or an error. */
function answerTo(client: Client, { client_id }: Asked): RoomFrame | undefined {
  client.take()
  return [...client.events, ...client.replies].find(
    ({ event, data }) =>
      (event === 'new_message' || event === 'error') &&
      data.client_id === client_id &&
      (event === 'error' || data.user_id === client.person.id),
  )
}

async function answered(client: Client, asked: Asked): Promise<RoomFrame> {
  await until(`${client.name} is answered`, () => answerTo(client, asked) !== undefined)
  return answerTo(client, asked) as RoomFrame
}

function settleSaid(model: Model, client: Client, asked: Asked, answer: RoomFrame): void {
  if (answer.event === 'new_message') {
    model.charge('sends', client.person)
    model.truth.said(answer.data, client.person, asked)
  } else {
    expect(answer.data).toMatchObject({ code: 'rate_limited' })
    model.expectUsedUp('sends', client.person)
  }
}

const sayBySocket = number.map((n) =>
  step(
    `say(${n}, by socket)`,
    ({ speakers }) => speakers.length > 0,
    async (model) => {
      const [client, asked] = [pick(model.speakers, n), newAsked(model)]
      client.send(asked)
      settleSaid(model, client, asked, await answered(client, asked))
    },
  ),
)

const sayByRest = number.map((n) =>
  step(`say(${n}, by REST)`, always, async (model) => {
    const [person, asked] = [pick(model.people, n), newAsked(model)]
    const { status, body } = await post(person, asked)
    if (status === 429) return model.expectUsedUp('sends', person)
    expect(status).toBe(201)
    model.charge('sends', person)
    model.truth.said(body as Message, person, asked)
    model.clientOf(person)?.view.take(body as Message)
  }),
)

/** Several frames in a row, while another client connects. */
const burst = fc
  .record({ client: number, count: fc.integer({ min: 2, max: 4 }), newcomer: number })
  .map(({ client: n, count, newcomer }) =>
    step(
      `burst(${n}, ${count}, newcomer ${newcomer})`,
      ({ speakers }) => speakers.length > 0,
      async (model, world) => {
        const client = pick(model.speakers, n)
        const asked = Array.from({ length: count }, () => newAsked(model))
        client.send(asked[0] as Asked)
        const entering =
          model.away.length > 0 ? connect(model, world, pick(model.away, newcomer)) : null
        for (const one of asked.slice(1)) client.send(one)
        const [check] = await Promise.all([entering, ...asked.map((one) => answered(client, one))])
        for (const one of asked) settleSaid(model, client, one, await answered(client, one))
        check?.()
      },
    ),
  )

/** The answer to a retry is the current state of the message. It is not an event. */
function checkRepeated(model: Model, repeated: Message, first: Message): void {
  const { updated_at, ...now } = model.truth.now(first.id) as Message
  // No answer says when a message was deleted.
  const known = now.is_deleted ? now : { ...now, updated_at }
  expect(repeated).toMatchObject({ ...known, client_id: first.client_id })
}

const sayAgain = fc
  .record({ message: number, sameText: fc.boolean(), bySocket: fc.boolean() })
  .map(({ message: n, sameText, bySocket }) =>
    step(
      `sayAgain(${n}, ${sameText ? 'same' : 'other'} text, by ${bySocket ? 'socket' : 'REST'})`,
      ({ truth }) => truth.made.length > 0,
      async (model, world) => {
        const first = pick(model.truth.made, n)
        const author = model.personOf(first.user_id)
        const asked = {
          content: sameText ? first.content : model.name('other text'),
          client_id: first.client_id as string,
        }
        const client = model.speakers.find(({ person }) => person.id === author.id)
        const { message, code } =
          bySocket && client
            ? await repeatBySocket(client, asked)
            : await repeatByRest(author, asked)
        if (code === 'unavailable') return expectAway(model, world, first.id)
        // The first text of an edited or deleted message is not kept, so it cannot be compared.
        const now = model.truth.now(first.id)
        const isAsSaid = now?.revision === 1 && !now.is_deleted
        expect(code).toBe(isAsSaid && !sameText ? 'client_id_reused' : null)
        if (message) checkRepeated(model, message, first)
      },
    ),
  )

type Repeated = { message: Message | null; code: string | null }

async function repeatByRest(author: Person, asked: Asked): Promise<Repeated> {
  const { status, body } = await post(author, asked)
  if (status === 200) return { message: body as Message, code: null }
  return { message: null, code: (body as { code: string }).code }
}

async function repeatBySocket(client: Client, asked: Asked): Promise<Repeated> {
  client.take()
  // Replies to the first try are not answers to this one.
  client.replies.length = 0
  client.send(asked)
  const reply = () => {
    client.take()
    return client.replies[0]
  }
  await until(`${client.name} is answered`, () => reply() !== undefined)
  const frame = reply()
  if (frame?.event === 'new_message') return { message: frame.data, code: null }
  return { message: null, code: frame?.event === 'error' ? frame.data.code : null }
}

export const sends: fc.Arbitrary<Step>[] = [sayBySocket, sayByRest, sayByRest, burst, sayAgain]
