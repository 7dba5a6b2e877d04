// How Postgres and Redis are. `/ready` is public: an isolate looks at each at most once in ten
// seconds, however many ask, and those who come meanwhile share what is found.

import type { Context } from 'hono'
import type { PartFault } from '../contract/part-faults.ts'
import { journalFault } from '../journal.ts'
import { lookAtPostgres } from '../postgres/readiness.ts'
import { lookAtRedis } from '../redis/readiness.ts'
import type { Finding, Stores, Wired } from './parts.ts'

/** How long it stands, in milliseconds. A look has a deadline, and none takes as long as this. */
const standsMs: Record<Finding['state'], number> = { found: 10_000, looking: 3_000 }
/** How often a call looks whether another has found it, in milliseconds. */
const askAgainMs = 20

const looks: { [Store in keyof Stores]: (stores: Stores) => Promise<PartFault | null> } = {
  postgres: ({ postgres }) => lookAtPostgres(postgres),
  redis: ({ redis }) => lookAtRedis(redis),
}

/** One from the future was made before the clock was set back: nobody knows when. */
function stands({ at, state }: Finding): boolean {
  const age = Date.now() - at
  return age >= 0 && age < standsMs[state]
}

/** @returns null: it can serve */
export async function lookAt(c: Context<Wired>, store: keyof Stores): Promise<PartFault | null> {
  const { findings } = c.env
  for (;;) {
    const last = findings.get(store)
    if (!last || !stands(last)) break
    if (last.state === 'found') return last.fault
    // By a timer of its own: the runtime ends a call that waits for nothing but another call.
    await new Promise((resolve) => setTimeout(resolve, askAgainMs))
  }
  findings.set(store, { at: Date.now(), state: 'looking' })
  const look = find(c, store)
  // A caller that leaves must not take the look along: others wait for it.
  c.executionCtx.waitUntil(look)
  return look
}

async function find(c: Context<Wired>, store: keyof Stores): Promise<PartFault | null> {
  const { findings, watched } = c.env
  const fault = await looks[store](watched)
  findings.set(store, { at: Date.now(), state: 'found', fault })
  if (fault) journalFault('store_unfit', { store, code: fault.code, of: fault.of.join(', ') })
  return fault
}
