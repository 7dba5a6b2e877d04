// Who is in the room, as a hash from user id to username for when the room can't answer.
// Always rewritten whole; a marker tells an empty room from a mirror that nobody keeps any more.

import type { Member } from '../contract/entities.ts'
import type { Redis } from './client.ts'

const mirrorKey = 'room:presence'
const marker = 'complete'
const leaseSeconds = 120
/** Of one request: with the longest names a quarter of what Upstash and the local bridge take. */
const membersPerRequest = 10_000
const fieldsPerCommand = 1_000

/**
 * Holds for 120 s. A crowd that is too large for one request is complete, and so known, with the
 * last of them.
 */
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
    await rewrite.expire(mirrorKey, leaseSeconds).exec()
  } while (from < members.length)
}

/** In no order; null: not known. */
export async function readMirror(redis: Redis): Promise<Member[] | null> {
  // Without automatic deserialization the reply stays as Redis gives it: field, value, field, …
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
