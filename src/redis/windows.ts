// Exact sliding windows that all Workers share, as src/domain/sliding-window.ts defines them.
// A window is a sorted set of the events that still count, scored by their milliseconds. Redis is
// billed by the command: a full window is found by one read, and nothing is written to refuse.

import type { WindowRule } from '../domain/sliding-window.ts'
import type { Redis } from './client.ts'

export type Window = WindowRule & {
  key: string
  /** Keys any of which lets everyone pass this window by being there. */
  waivedBy?: string[]
}

/** `now` in milliseconds; `member` names the event and is unique to it. */
export type Charge = { now: number; member: string }

/** `key` is that of the window which takes the longest to let anyone pass. */
export type Verdict = { allowed: true } | { allowed: false; retryAfterMs: number; key: string }

/** One event of a window and its time; nothing where the window holds fewer. */
type Reading = [member: string, since: string] | []

type Full = {
  window: Window
  retryAfterMs: number
  /** What fills it was counted by a clock that was ahead of this one. */
  isAhead: boolean
}

type Batch = ReturnType<Redis['multi']>

function readNewest(batch: Batch, { key }: Window, nth: number): void {
  batch.zrange(key, nth, nth, { rev: true, withScores: true })
}

/** @param readings of each window the newest event that leaves no room for another */
function fullOf(windows: Window[], readings: Reading[], now: number): Full[] {
  return windows.flatMap((window, index) => {
    const [, since] = readings[index] ?? []
    if (since === undefined) return []
    // A time from the future counts as now: the clocks of two Workers differ, and one may be set back.
    const retryAfterMs = Math.min(Number(since), now) + window.windowMs - now
    return retryAfterMs > 0 ? [{ window, retryAfterMs, isAhead: Number(since) > now }] : []
  })
}

async function refuse(redis: Redis, full: Full[], now: number): Promise<Verdict> {
  const [longest] = full.sort((one, other) => other.retryAfterMs - one.retryAfterMs)
  if (!longest) return { allowed: true }
  for (const { window, isAhead } of full) if (isAhead) await countAsNow(redis, window.key, now)
  return { allowed: false, retryAfterMs: longest.retryAfterMs, key: longest.window.key }
}

/** Asked of full windows alone. */
async function waivedOf(redis: Redis, full: Full[]): Promise<Set<Window>> {
  const asked = full.map(async ({ window }) => {
    const found = window.waivedBy ? await redis.exists(...window.waivedBy) : 0
    return Number(found) > 0 ? [window] : []
  })
  return new Set((await Promise.all(asked)).flat())
}

/**
 * Counts one event in all the windows if it fits into them. A first look refuses, and writes nothing:
 * else those who keep trying would stay locked out for good. Of events that race past it the
 * transaction lets exactly as many pass as fit, and the others are taken back.
 *
 * An event whose charge failed may be counted: `unchargeWindows` takes it back.
 */
export async function chargeWindows(
  redis: Redis,
  windows: Window[],
  { now, member }: Charge,
): Promise<Verdict> {
  const look = redis.pipeline()
  for (const window of windows) readNewest(look, window, window.max - 1)
  const before = await look.exec<Reading[]>()
  const full = fullOf(windows, before, now)
  const waived = await waivedOf(redis, full)
  const refusing = full.filter(({ window }) => !waived.has(window))
  if (refusing.length > 0) return refuse(redis, refusing, now)

  const transaction = redis.multi()
  for (const [index, { key, windowMs }] of windows.entries()) {
    // One that holds less than fits goes with its expiry: there is nothing to tidy up.
    const isLong = (before[index] ?? []).length > 0
    if (isLong) transaction.zremrangebyscore(key, 0, now - windowMs)
    transaction.zadd(key, { score: now, member })
    transaction.pexpire(key, windowMs)
  }
  const binding = windows.filter((window) => !waived.has(window))
  for (const window of binding) readNewest(transaction, window, window.max)
  const replies = await transaction.exec<Reading[]>()
  const overfull = fullOf(binding, replies.slice(replies.length - binding.length), now)
  // A window that the look did not find full was not asked for its waiver yet.
  const waivedLate = await waivedOf(redis, overfull)
  const outrun = overfull.filter(({ window }) => !waivedLate.has(window))
  if (outrun.length === 0) return { allowed: true }
  await unchargeWindows(
    redis,
    windows.map(({ key }) => key),
    member,
  )
  return refuse(redis, outrun, now)
}

/** What is from a time that has not come counts from now on: else it would count for longer than the window. */
async function countAsNow(redis: Redis, key: string, now: number): Promise<void> {
  const ahead = await redis.zrange<string[]>(key, `(${now}`, '+inf', { byScore: true })
  const [first, ...rest] = ahead.map((member) => ({ score: now, member }))
  // XX: what was taken back meanwhile stays away.
  if (first) await redis.zadd(key, { xx: true }, first, ...rest)
}

/** As if the event had never been counted. */
export async function unchargeWindows(redis: Redis, keys: string[], member: string): Promise<void> {
  const takeBack = redis.multi()
  for (const key of keys) takeBack.zrem(key, member)
  await takeBack.exec()
}
