// A mirror of who is in the room, read while the room is unavailable: a hash from user id to
// username. Each write replaces it; a marker distinguishes an empty room from an expired mirror.

import type { Member } from '../contract/entities.ts'
import type { Redis } from './client.ts'

const mirrorKey = 'room:presence'
const marker = 'complete'
const ttlSeconds = 120
/**
 * Users per request: with the longest names, a quarter of what Upstash and the local bridge accept.
 */
const membersPerRequest = 10_000
const fieldsPerCommand = 1_000

/** Valid for 120 s. When one request cannot hold all users, only the last one adds the marker. */
export async function writeMirror(redis: Redis, members: Member[]): Promise<void> {
  let from = 0
  do {
    const part = members.slice(from, from + membersPerRequest)
    const rewrite = redis.multi()
    if (from === 0) rewrite.del(mirrorKey)
    for (let at = 0; at < part.length; at += fieldsPerCommand) {
      const chunk = part.slice(at, at + fieldsPerCommand)
      rewrite.hset(mirrorKey, Object.fromEntries(chunk.map(({ id, username }) => [id, username])))
    }
    from += membersPerRequest
    if (from >= members.length) rewrite.hset(mirrorKey, { [marker]: '1' })
    await rewrite.expire(mirrorKey, ttlSeconds).exec()
  } while (from < members.length)
}

/** In no particular order; null: unknown. */
export async function readMirror(redis: Redis): Promise<Member[] | null> {
  // Without automatic deserialization the reply is a flat list: field, value, field, …
  const fields = (await redis.hgetall(mirrorKey)) as unknown as string[] | null
  const members: Member[] = []
  let complete = false
  for (let at = 0; fields && at < fields.length; at += 2) {
    const [id, username] = fields.slice(at, at + 2) as [string, string]
    if (id === marker) complete = true
    else members.push({ id, username })
  }
  return complete ? members : null
}
