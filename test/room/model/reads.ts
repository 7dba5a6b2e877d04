// Commands that read: pages of the history from anywhere, the online list, and the clients' views.

import fc from 'fast-check'
import { expect } from 'vitest'
import type { Message } from '../../../src/contract/entities.ts'
import type { Page } from '../../../src/contract/routes/messages.ts'
import { call } from '../../support/chat.ts'
import { checkPages, onlineIds, waitUntilReceived } from './checks.ts'
import { ownFields } from './expected-log.ts'
import { checkReferenced } from './references.ts'
import { always, index, pick, type Step, step } from './step.ts'

const readHistory = fc
  .record({ limit: fc.integer({ min: 1, max: 6 }), from: fc.option(index, { nil: null }) })
  .map(({ limit, from }) =>
    step(`read(pages of ${limit}, before ${from ?? 'all'})`, always, (model) => {
      const cursor = from === null ? undefined : pick(model.log.messages, from)?.id
      return checkPages(model, limit, cursor ?? null)
    }),
  )

/** From a message to the newest one, by pages of what came next. */
const readForward = fc
  .record({ limit: fc.integer({ min: 1, max: 6 }), from: index })
  .map(({ limit, from }) =>
    step(
      `read(pages of ${limit}, after ${from})`,
      ({ log }) => log.messages.length > 0,
      async ({ log, isArchiveUnavailable }) => {
        const start = pick(log.messages, from).id
        const walked: Message[] = []
        for (let after: string | null = start; after !== null; ) {
          const answer = await call(`/messages?limit=${limit}&after=${after}`)
          if (answer.status === 503) return expect(isArchiveUnavailable).toBe(true)
          const page = (await answer.json()) as Page
          expect(page.position).toEqual({ epoch: log.epoch, seq: log.head })
          walked.unshift(...page.messages)
          after = page.previous_cursor
        }
        const owed = log.history().filter(({ id }) => id > start)
        expect(walked.map(ownFields)).toEqual(owed.map(ownFields))
        for (const message of walked) checkReferenced(log, message, log.head)
      },
    ),
  )

/** One message, found or not. */
const lookUp = index.map((n) =>
  step(
    `look up(${n})`,
    ({ log }) => log.messages.length > 0,
    async ({ log, isArchiveUnavailable }) => {
      const { id } = pick(log.messages, n)
      const answer = await call(`/messages/${id}`)
      if (answer.status === 503) return expect(isArchiveUnavailable).toBe(true)
      const now = log.now(id) as Message
      expect(answer.status).toBe(now.is_deleted ? 404 : 200)
      if (now.is_deleted) return
      const found = (await answer.json()) as Message
      expect(ownFields(found)).toEqual(ownFields(now))
      checkReferenced(log, found, log.head)
    },
  ),
)

/** A user who left may still be listed for a while. */
const readOnline = fc.constant(
  step('read who is online', always, async ({ live }) => {
    const online = await onlineIds()
    for (const { person } of live) expect(online).toContain(person.id)
  }),
)

const compare = fc.constant(step('compare', ({ live }) => live.length > 0, waitUntilReceived))

export const reads: fc.Arbitrary<Step>[] = [
  ...[readHistory, readHistory, readForward, lookUp, readOnline, compare],
]
