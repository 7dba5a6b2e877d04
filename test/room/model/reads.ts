// Commands that read: pages of the history from anywhere, the online list, and the clients' views.

import fc from 'fast-check'
import { expect } from 'vitest'
import { checkPages, onlineIds, waitUntilReceived } from './checks.ts'
import { always, index, pick, type Step, step } from './step.ts'

const readHistory = fc
  .record({ limit: fc.integer({ min: 1, max: 6 }), from: fc.option(index, { nil: null }) })
  .map(({ limit, from }) =>
    step(`read(pages of ${limit}, before ${from ?? 'all'})`, always, (model) => {
      const cursor = from === null ? undefined : pick(model.log.messages, from)?.id
      return checkPages(model, limit, cursor ?? null)
    }),
  )

/** A user who left may still be listed for a while. */
const readOnline = fc.constant(
  step('read who is online', always, async ({ live }) => {
    const online = await onlineIds()
    for (const { person } of live) expect(online).toContain(person.id)
  }),
)

const compare = fc.constant(step('compare', ({ live }) => live.length > 0, waitUntilReceived))

export const reads: fc.Arbitrary<Step>[] = [readHistory, readHistory, readOnline, compare]
