// A cache of users' own accounts, read while Postgres is unavailable.

import { User } from '../contract/entities.ts'
import type { Redis } from './client.ts'

const ttlSeconds = 24 * 60 * 60
/** Longer than any request that read the account before its erasure can take to write it here. */
const tombstoneSeconds = 120

const userKey = (id: string) => `user:${id}`
const erasedKey = (id: string) => `erased:${id}`

/** Stores nothing for an account that was erased meanwhile. */
export async function cacheUser(redis: Redis, user: User): Promise<void> {
  const [, erased] = await redis
    .multi()
    .set(userKey(user.id), JSON.stringify(user), { ex: ttlSeconds })
    .exists(erasedKey(user.id))
    .exec<[string, number]>()
  if (Number(erased) > 0) await redis.del(userKey(user.id))
}

/** Returns undefined if there is no entry, or one of a shape that this release does not know. */
export async function readCachedUser(redis: Redis, id: string): Promise<User | undefined> {
  const copy = await redis.get<string>(userKey(id))
  if (copy === null) return undefined
  return User.safeParse(JSON.parse(copy)).data
}

/** Deletes the entry and prevents that a concurrent request stores it again. */
export async function evictUser(redis: Redis, id: string): Promise<void> {
  await redis.multi().set(erasedKey(id), '1', { ex: tombstoneSeconds }).del(userKey(id)).exec()
}
