// Asks Postgres and Redis on behalf of a call. One that fails is logged by its code, never by its
// message, and refused as `unavailable`.

import { journalFault, traits } from '../journal.ts'
import { postgresFault } from '../postgres/client.ts'
import { redisFault } from '../redis/client.ts'
import { Refused } from './problem.ts'

export async function askPostgres<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    journalFault('postgres_away', { ...traits(error), code: postgresFault(error) })
    throw new Refused({ code: 'unavailable' })
  }
}

export async function askRedis<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    journalFault('redis_away', { ...traits(error), code: redisFault(error) })
    throw new Refused({ code: 'unavailable' })
  }
}
