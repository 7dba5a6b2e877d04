// Looks from outside: pages of the history from anywhere, who is online, and what everyone shows.

import fc from 'fast-check'
import { expect } from 'vitest'
import { checkPages, settle, whoIsOnline } from './checks.ts'
import { always, number, pick, type Step, step } from './step.ts'

const readHistory = fc
  .record({ limit: fc.integer({ min: 1, max: 6 }), from: fc.option(number, { nil: null }) })
  .map(({ limit, from }) =>
    step(`read(pages of ${limit}, before ${from ?? 'all'})`, always, (model) => {
      const cursor = from === null ? undefined : pick(model.truth.made, from)?.id
      return checkPages(model, limit, cursor ?? null)
    }),
  )

/** Whoever left may be here for a while yet. */
const readOnline = fc.constant(
  step('who is online', always, async ({ live }) => {
    const online = await whoIsOnline()
    for (const { person } of live) expect(online).toContain(person.id)
  }),
)

const compare = fc.constant(step('compare', ({ live }) => live.length > 0, settle))

export const looks: fc.Arbitrary<Step>[] = [readHistory, readHistory, readOnline, compare]
