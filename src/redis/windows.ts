// Exact sliding windows that all Workers share, as src/domain/sliding-window.ts defines them.
// A window is a sorted set of the events that still count, scored by their milliseconds.

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

/** What is read of a window: how many count, the oldest and its time, whether the waiver exists. */
type Reading = [counted: number, oldest: [member: string, since: string], waivers: number]

const writesPerWindow = 3
const readsPerWindow = 3

/**
 * Counts one event in all the windows, and says whether it fits into them. One atomic request, so of
 * events that race exactly as many pass as fit.
 *
 * A refused event was counted, too, and so may be one whose charge failed: whoever asked takes it
 * back with `unchargeWindows`. Else those who keep trying would stay locked out for good.
 */
export async function chargeWindows(
  redis: Redis,
  windows: Window[],
  { now, member }: Charge,
): Promise<Verdict> {
  const transaction = redis.multi()
  for (const { key, windowMs } of windows) {
    transaction.zremrangebyscore(key, 0, now - windowMs)
    transaction.zadd(key, { score: now, member })
    transaction.pexpire(key, windowMs)
  }
  for (const { key, waivedBy } of windows) {
    transaction.zcard(key)
    transaction.zrange(key, 0, 0, { withScores: true })
    transaction.exists(...(waivedBy ?? [key]))
  }
  const replies = await transaction.exec<unknown[]>()
  const read = replies.slice(windows.length * writesPerWindow)

  const full = windows.flatMap(({ key, max, windowMs, waivedBy }, index) => {
    const [counted, [, since], waivers] = read.slice(index * readsPerWindow) as Reading
    const waived = waivedBy !== undefined && Number(waivers) > 0
    if (waived || Number(counted) <= max) return []
    return [{ key, retryAfterMs: Math.max(1, Number(since) + windowMs - now) }]
  })
  const [longest] = full.sort((one, other) => other.retryAfterMs - one.retryAfterMs)
  return longest ? { allowed: false, ...longest } : { allowed: true }
}

/** As if the event had never been counted. */
export async function unchargeWindows(redis: Redis, keys: string[], member: string): Promise<void> {
  const takeBack = redis.multi()
  for (const key of keys) takeBack.zrem(key, member)
  await takeBack.exec()
}
