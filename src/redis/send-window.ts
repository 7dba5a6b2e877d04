// A mirror of the room's recent sends, which only a room with a new log reads. One sorted set holds
// `<user_id>:<message_id>`, scored by the time of the message in milliseconds.

import { idTime } from '../domain/ids.ts'
import type { Redis } from './client.ts'

const sendsKey = 'room:sends'

export type SendWindow = { now: number; windowMs: number }

type Send = { user_id: string; id: string }

/** Ids keep rising when the clock is set back, so a later time counts as now. */
const toScored =
  (now: number) =>
  ({ user_id, id }: Send) => ({ score: Math.min(idTime(id), now), member: `${user_id}:${id}` })

/** Sends per request: half a MB. */
const sendsPerRequest = 5_000

/** Sends outside of the window are left out. */
export async function writeSends(
  redis: Redis,
  sends: Send[],
  { now, windowMs }: SendWindow,
): Promise<void> {
  const counted = sends.filter(({ id }) => idTime(id) > now - windowMs)
  for (let from = 0; from < counted.length; from += sendsPerRequest) {
    const [first, ...rest] = counted.slice(from, from + sendsPerRequest).map(toScored(now))
    if (!first) return
    await redis
      .multi()
      .zadd(sendsKey, first, ...rest)
      .zremrangebyscore(sendsKey, 0, now - windowMs)
      .pexpire(sendsKey, windowMs)
      .exec()
  }
}

/** The sends inside the window, oldest first; `at` in milliseconds. */
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
