// Commands that send a message again, with the same text and references or with others.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import type { Person } from '../../support/chat.ts'
import { expectArchiveUnavailable } from './checks.ts'
import type { Client } from './client.ts'
import { answeredFields } from './expected-log.ts'
import type { Model } from './model.ts'
import { checkReferenced, otherReferences, referencesOf } from './references.ts'
import { post, type SendRequest } from './sends.ts'
import { index, pick, type Step, step } from './step.ts'
import { waitUntil } from './waiting.ts'

/** The answer to a retry is the current state of the message. It is not an event. */
function checkRepeated(model: Model, repeated: Message, first: Message): void {
  const { updated_at, ...now } = model.log.now(first.id) as Message
  // No answer says when a message was deleted.
  const known = answeredFields({ ...now, updated_at })
  if (now.is_deleted) known.updated_at = repeated.updated_at
  expect(repeated).toMatchObject({ ...known, client_id: first.client_id })
  checkReferenced(model.log, repeated, model.log.head)
}

const sendAgain = fc
  .record({
    message: index,
    sameText: fc.boolean(),
    sameReferences: fc.boolean(),
    bySocket: fc.boolean(),
  })
  .map(({ message: n, sameText, sameReferences, bySocket }) =>
    step(
      `sendAgain(${n}, ${sameText ? 'same' : 'other'} text, ${sameReferences ? 'same' : 'other'} ` +
        `references, by ${bySocket ? 'socket' : 'REST'})`,
      ({ log }) => log.messages.length > 0,
      async (model, room) => {
        const first = pick(model.log.messages, n)
        const author = model.personOf(first.user_id)
        const request = {
          content: sameText ? first.content : model.name('other text'),
          client_id: first.client_id as string,
          ...(sameReferences ? referencesOf(first) : otherReferences(first)),
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
        const isSame = sameText && sameReferences
        expect(code).toBe(isAsSaid && !isSame ? 'client_id_reused' : null)
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

export const retries: fc.Arbitrary<Step>[] = [sendAgain]
