// Exact sliding windows shared by all Workers, as domain/sliding-window.ts defines them. A window
// is a sorted set of events, scored by time in milliseconds. Redis bills per command: a refusal
// costs one read and no write.

import type { WindowRule } from '../domain/sliding-window.ts'
import type { Redis } from './client.ts'

export type Window = WindowRule & {
  key: string
  /** The window does not apply if any of these keys exists. */
  waivedBy?: string[]
}

/** `now` in milliseconds; `member` is unique to the event. */
export type Charge = { now: number; member: string }

/** `key` is that of the window with the longest wait. */
export type LimitVerdict = { allowed: true } | { allowed: false; retryAfterMs: number; key: string }

/** One event of a window and its time; empty if the window holds fewer events. */
type Reading = [member: string, since: string] | []

type FullWindow = {
  window: Window
  retryAfterMs: number
  /** The window was filled by a clock that is ahead of this one. */
  isAhead: boolean
}

type Batch = ReturnType<Redis['multi']>

function readNewest(batch: Batch, { key }: Window, nth: number): void {
  batch.zrange(key, nth, nth, { rev: true, withScores: true })
}

/** @param readings of each window, the newest event that must be outside of it */
function findFull(windows: Window[], readings: Reading[], now: number): FullWindow[] {
  return windows.flatMap((window, index) => {
    const [, since] = readings[index] ?? []
    if (since === undefined) return []
    // A time in the future counts as now, because the clocks of two Workers differ and one may be
    // set back.
    const retryAfterMs = Math.min(Number(since), now) + window.windowMs - now
    return retryAfterMs > 0 ? [{ window, retryAfterMs, isAhead: Number(since) > now }] : []
  })
}

async function refuse(redis: Redis, full: FullWindow[], now: number): Promise<LimitVerdict> {
  const [longest] = full.sort((one, other) => other.retryAfterMs - one.retryAfterMs)
  if (!longest) return { allowed: true }
  for (const { window, isAhead } of full) if (isAhead) await moveToNow(redis, window.key, now)
  return { allowed: false, retryAfterMs: longest.retryAfterMs, key: longest.window.key }
}

/** Reads the waivers of full windows only. */
async function findWaived(redis: Redis, full: FullWindow[]): Promise<Set<Window>> {
  const asked = full.map(async ({ window }) => {
    const found = window.waivedBy ? await redis.exists(...window.waivedBy) : 0
    return Number(found) > 0 ? [window] : []
  })
  return new Set((await Promise.all(asked)).flat())
}

/**
 * Counts one event in all windows if it fits into each. A first read refuses without a write;
 * otherwise repeated attempts would keep a window full for ever. A transaction then counts the
 * event, and is refunded if concurrent events filled a window first.
 *
 * After an error the event may be counted: `refundWindows` removes it.
 */
export async function chargeWindows(
  redis: Redis,
  windows: Window[],
  { now, member }: Charge,
): Promise<LimitVerdict> {
  const firstRead = redis.pipeline()
  for (const window of windows) readNewest(firstRead, window, window.max - 1)
  const before = await firstRead.exec<Reading[]>()
  const full = findFull(windows, before, now)
  const waived = await findWaived(redis, full)
  const refusing = full.filter(({ window }) => !waived.has(window))
  if (refusing.length > 0) return refuse(redis, refusing, now)

  const transaction = redis.multi()
  for (const [index, { key, windowMs }] of windows.entries()) {
    // A window that is not full expires as a whole, so its old events need no removal.
    const isLong = (before[index] ?? []).length > 0
    if (isLong) transaction.zremrangebyscore(key, 0, now - windowMs)
    transaction.zadd(key, { score: now, member })
    transaction.pexpire(key, windowMs)
  }
  const binding = windows.filter((window) => !waived.has(window))
  for (const window of binding) readNewest(transaction, window, window.max)
  const replies = await transaction.exec<Reading[]>()
  const overfull = findFull(binding, replies.slice(replies.length - binding.length), now)
  // The first read did not look up the waiver of a window that was not full then.
  const waivedLate = await findWaived(redis, overfull)
  const overflowing = overfull.filter(({ window }) => !waivedLate.has(window))
  if (overflowing.length === 0) return { allowed: true }
  await refundWindows(
    redis,
    windows.map(({ key }) => key),
    member,
  )
  return refuse(redis, overflowing, now)
}

/**
 * Moves times in the future to now; otherwise such an event would count for longer than the window.
 */
async function moveToNow(redis: Redis, key: string, now: number): Promise<void> {
  const ahead = await redis.zrange<string[]>(key, `(${now}`, '+inf', { byScore: true })
  const [first, ...rest] = ahead.map((member) => ({ score: now, member }))
  // XX: an event that was refunded meanwhile is not added again.
  if (first) await redis.zadd(key, { xx: true }, first, ...rest)
}

/** Removes an event as if it had never been counted. */
export async function refundWindows(redis: Redis, keys: string[], member: string): Promise<void> {
  const takeBack = redis.multi()
  for (const key of keys) takeBack.zrem(key, member)
  await takeBack.exec()
}
