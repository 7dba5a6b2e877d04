// Runs queries of a request. A failure is logged by its code, never by its message, and becomes
// `unavailable`.

import { errorFields, logError } from '../../logger.ts'
import { postgresFaultCode } from '../../postgres/client.ts'
import { redisFaultCode } from '../../redis/client.ts'
import { ProblemError } from '../problem-error.ts'

export async function queryPostgres<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    logError('postgres_unavailable', { ...errorFields(error), code: postgresFaultCode(error) })
    throw new ProblemError({ code: 'unavailable' })
  }
}

export async function queryRedis<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    logError('redis_unavailable', { ...errorFields(error), code: redisFaultCode(error) })
    throw new ProblemError({ code: 'unavailable' })
  }
}
