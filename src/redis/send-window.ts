// The room's recent sends, written behind its back and read only by a room whose log is new.
// One sorted set for everyone: `<user_id>:<message_id>`, scored by the message's millisecond.

import { idTime } from '../domain/ids.ts'
import type { Redis } from './client.ts'

const sendsKey = 'room:sends'

export type SendWindow = { now: number; windowMs: number }

type Send = { user_id: string; id: string }

/** Ids do not go back where the clock is set back: what is later than now counts as now. */
const scored =
  (now: number) =>
  ({ user_id, id }: Send) => ({ score: Math.min(idTime(id), now), member: `${user_id}:${id}` })

/** Of one request: half a MB. */
const sendsPerRequest = 5_000

/** Those that count no longer are left out. */
export async function writeSends(
  redis: Redis,
  sends: Send[],
  { now, windowMs }: SendWindow,
): Promise<void> {
  const counted = sends.filter(({ id }) => idTime(id) > now - windowMs)
  for (let from = 0; from < counted.length; from += sendsPerRequest) {
    const [first, ...rest] = counted.slice(from, from + sendsPerRequest).map(scored(now))
    if (!first) return
    await redis
      .multi()
      .zadd(sendsKey, first, ...rest)
      .zremrangebyscore(sendsKey, 0, now - windowMs)
      .pexpire(sendsKey, windowMs)
      .exec()
  }
}

/** What still counts, oldest first; `at` in milliseconds. */
export async function readSends(
  redis: Redis,
  { now, windowMs }: SendWindow,
): Promise<{ user_id: string; at: number }[]> {
  const [, counted] = await redis
    .multi()
    .zremrangebyscore(sendsKey, 0, now - windowMs)
    .zrange<string[]>(sendsKey, 0, -1, { withScores: true })
    .exec<[number, string[]]>()
  const sends: { user_id: string; at: number }[] = []
  for (let at = 0; at < counted.length; at += 2) {
    const [member, score] = counted.slice(at, at + 2) as [string, string]
    sends.push({ user_id: member.slice(0, member.indexOf(':')), at: Math.min(Number(score), now) })
  }
  return sends
}
