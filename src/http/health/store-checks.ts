// Checks Postgres and Redis for `/ready`, which is public: an isolate checks each at most once in
// ten seconds, and concurrent requests share the result.

import type { Context } from 'hono'
import type { StoreFault } from '../../contract/store-faults.ts'
import { fenceFault } from '../../domain/fence.ts'
import { logError } from '../../logger.ts'
import { readFence } from '../../postgres/fence.ts'
import { checkPostgres } from '../../postgres/readiness.ts'
import { checkRedis } from '../../redis/readiness.ts'
import type { RoomState } from '../../room/rpc.ts'
import { sleep } from '../../system-clock.ts'
import type { AppEnv, Services, StoreCheck, Stores } from '../app-env.ts'

/** How long an entry is valid, in milliseconds. Checks have a deadline shorter than this. */
const validMs: Record<StoreCheck['state'], number> = { done: 10_000, running: 3_000 }
/** How often a request polls for the result of a check that another one runs, in milliseconds. */
const pollMs = 20

const checks: { [Store in keyof Stores]: (stores: Stores) => Promise<StoreFault | null> } = {
  postgres: ({ postgres }) => checkPostgres(postgres),
  redis: ({ redis }) => checkRedis(redis),
}

/** A time in the future means that the clock was set back, so the age is unknown. */
function isValid({ at, state }: StoreCheck, now: number): boolean {
  const age = now - at
  return age >= 0 && age < validMs[state]
}

/** @returns null: the store can serve */
export async function checkStore(
  c: Context<AppEnv>,
  store: keyof Stores,
): Promise<StoreFault | null> {
  const { storeChecks, clock } = c.env
  for (;;) {
    const last = storeChecks.get(store)
    if (!last || !isValid(last, clock.now())) break
    if (last.state === 'done') return last.fault
    // A timer of its own, because the runtime cancels a request that only waits for another one.
    await sleep(clock, pollMs)
  }
  storeChecks.set(store, { at: clock.now(), state: 'running' })
  const check = runCheck(c.env, store)
  // A client that disconnects must not cancel the check that others wait for.
  c.executionCtx.waitUntil(check)
  return check
}

/**
 * Compares the fence in Postgres with what the room's log knows of it. A flush does the same, but a quiet
 * room does not flush.
 * @param room read just now: the fence only rises, so that one which is lower than the room knew is a fault
 */
export async function checkFence(
  { storeChecks, clock, probe, config }: Services,
  { fence: known }: Pick<RoomState, 'fence'>,
): Promise<StoreFault | null> {
  const last = storeChecks.get('fence')
  if (last?.state === 'done' && isValid(last, clock.now())) return last.fault
  if (!known) return null
  const key = { environment: config.ENVIRONMENT, room: config.ROOM_NAME }
  try {
    const code = fenceFault(await readFence(probe.postgres, key), known)
    // A flush between the two reads looks like this. A room that was set back notices by itself.
    const fault = code === null || code === 'room_set_back' ? null : { code, of: [] }
    storeChecks.set('fence', { at: clock.now(), state: 'done', fault })
    return fault
  } catch {
    // The check of Postgres itself says why.
    return null
  }
}

async function runCheck(
  { storeChecks, probe, clock }: Services,
  store: keyof Stores,
): Promise<StoreFault | null> {
  const fault = await checks[store](probe)
  storeChecks.set(store, { at: clock.now(), state: 'done', fault })
  if (fault) logError('store_unfit', { store, code: fault.code, of: fault.of.join(', ') })
  return fault
}
