// What messages refer to: what is sent, and what may be shown of the message that a reply is to.

import { expect } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import type { ExpectedLog } from './expected-log.ts'
import type { Model } from './model.ts'
import { pick } from './step.ts'

export type SentReferences = { reply_to?: string; mentions?: string[] }

/** Half of the messages reply to another one, and half mention somebody. @param n any number */
export function newReferences({ log, people }: Model, n: number): SentReferences {
  const isReply = n % 2 === 0 && log.messages.length > 0
  return {
    ...(isReply && { reply_to: pick(log.messages, n >> 2).id }),
    ...(n % 4 > 1 && { mentions: [pick(people, n).id] }),
  }
}

/** What the sender of this message referred to. */
export const referencesOf = ({ reply_to, mentions }: Message): SentReferences => ({
  ...(reply_to !== undefined && { reply_to }),
  ...(mentions !== undefined && { mentions }),
})

/** References that differ from these. */
export const otherReferences = ({ reply_to, mentions }: Message): SentReferences =>
  reply_to === undefined ? { mentions: [...(mentions ?? []), crypto.randomUUID()] } : {}

/**
 * Checks that a reply shows the message that it replies to by its author, and in a state that it had at an
 * event or later: so never a text whose deletion was an earlier event.
 * @param since the number of the event
 */
export function checkReferenced(log: ExpectedLog, message: Message, since: number): void {
  const { referenced, reply_to } = message
  if (message.is_deleted) expect([referenced, reply_to]).toEqual([undefined, undefined])
  if (!referenced) return
  expect(referenced.id).toBe(reply_to)
  const states = log.statesOf(referenced.id, since).map((target) => ({
    ...{ id: target.id, user_id: target.user_id, username: target.username },
    ...{ excerpt: target.content, is_deleted: target.is_deleted },
  }))
  expect(states).toContainEqual(referenced)
}
