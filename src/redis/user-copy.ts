// A copy of what people see of themselves, for when Postgres is away.

import { User } from '../contract/entities.ts'
import type { Redis } from './client.ts'

const keptForSeconds = 24 * 60 * 60
/** Longer than any call that read the account before it was erased can take to write its copy. */
const mournedForSeconds = 120

const copyKey = (id: string) => `user:${id}`
const erasedKey = (id: string) => `erased:${id}`

/** Of an account that was erased meanwhile nothing is kept. */
export async function keepUser(redis: Redis, user: User): Promise<void> {
  const [, erased] = await redis
    .multi()
    .set(copyKey(user.id), JSON.stringify(user), { ex: keptForSeconds })
    .exists(erasedKey(user.id))
    .exec<[string, number]>()
  if (Number(erased) > 0) await redis.del(copyKey(user.id))
}

/** undefined: no copy, or one of a shape that is no longer known. */
export async function readUser(redis: Redis, id: string): Promise<User | undefined> {
  const copy = await redis.get<string>(copyKey(id))
  if (copy === null) return undefined
  return User.safeParse(JSON.parse(copy)).data
}

/** For good: a copy that is on its way does not come back. */
export async function forgetUser(redis: Redis, id: string): Promise<void> {
  await redis.multi().set(erasedKey(id), '1', { ex: mournedForSeconds }).del(copyKey(id)).exec()
}
