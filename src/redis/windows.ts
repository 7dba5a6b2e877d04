// Exact sliding windows that all Workers share, as src/domain/sliding-window.ts defines them.
// A window is a sorted set of the events that still count, scored by their milliseconds.

import type { WindowRule } from '../domain/sliding-window.ts'
import type { Redis } from './client.ts'

export type Window = WindowRule & {
  key: string
  /** A key whose existence lets everyone pass this window. */
  waivedBy?: string
}

/** `now` in milliseconds; `member` names the event and is unique to it. */
export type Charge = { now: number; member: string }

export type Verdict = { allowed: true } | { allowed: false; retryAfterMs: number }

const repliesPerWindow = 6

/**
 * Counts one event in all the windows, or in none of them when one is full. The counting is one
 * atomic request, so of events that race exactly as many pass as fit.
 */
export async function chargeWindows(
  redis: Redis,
  windows: Window[],
  { now, member }: Charge,
): Promise<Verdict> {
  const count = redis.multi()
  for (const { key, windowMs, waivedBy } of windows) {
    count.zremrangebyscore(key, 0, now - windowMs)
    count.zadd(key, { score: now, member })
    count.zcard(key)
    count.zrange(key, 0, 0, { withScores: true })
    count.exists(waivedBy ?? key)
    count.pexpire(key, windowMs)
  }
  const replies = await count.exec<unknown[]>()

  const waits = windows.map(({ max, windowMs, waivedBy }, index) => {
    const [, , counted, oldest, exists] = replies.slice(index * repliesPerWindow)
    if (Number(counted) <= max || (waivedBy !== undefined && Number(exists) > 0)) return 0
    const [, since] = oldest as [string, string]
    return Math.max(1, Number(since) + windowMs - now)
  })
  const retryAfterMs = Math.max(...waits)
  if (retryAfterMs === 0) return { allowed: true }

  // A refused event must not count, or else whoever keeps trying would stay locked out for good.
  await unchargeWindows(
    redis,
    windows.map(({ key }) => key),
    member,
  )
  return { allowed: false, retryAfterMs }
}

/** As if the event had never been counted. */
export async function unchargeWindows(redis: Redis, keys: string[], member: string): Promise<void> {
  const takeBack = redis.multi()
  for (const key of keys) takeBack.zrem(key, member)
  await takeBack.exec()
}
