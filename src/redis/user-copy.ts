// A copy of what people see of themselves, for when Postgres is away.

import { User } from '../contract/entities.ts'
import type { Redis } from './client.ts'

const keptForSeconds = 24 * 60 * 60

const copyKey = (id: string) => `user:${id}`

export async function keepUser(redis: Redis, user: User): Promise<void> {
  await redis.set(copyKey(user.id), JSON.stringify(user), { ex: keptForSeconds })
}

/** undefined: no copy, or one of a shape that is no longer known. */
export async function readUser(redis: Redis, id: string): Promise<User | undefined> {
  const copy = await redis.get<string>(copyKey(id))
  if (copy === null) return undefined
  return User.safeParse(JSON.parse(copy)).data
}
