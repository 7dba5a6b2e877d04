// Postgres over Neon's HTTP protocol, and what its errors mean.
// Every request is given up after its time; errors are told apart by code, never by class.

import { neon, neonConfig } from '@neondatabase/serverless'
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { settled } from './session-settings.ts'

export type Postgres = NeonHttpDatabase

export type PostgresAddress = {
  /** A postgres:// connection string. */
  url: string
  /** Where Neon's protocol is spoken instead of at Neon. Holds for the whole isolate. */
  fetchEndpoint?: string | undefined
  /** Asked for at each request: ends it when its time is up. */
  signal: () => AbortSignal
}

export function connectPostgres({ url, fetchEndpoint, signal }: PostgresAddress): Postgres {
  if (fetchEndpoint) neonConfig.fetchEndpoint = fetchEndpoint
  const fetchOptions = {
    // The driver spreads these options into each fetch, so every request gets a signal of its own.
    get signal() {
      return signal()
    },
  }
  return drizzle({ client: settled(neon(url, { fetchOptions })) })
}

/** The error and what caused it, outermost first. */
function* causes(error: unknown): Generator<Record<string, unknown>> {
  let at = error
  for (let depth = 0; depth < 8 && typeof at === 'object' && at !== null; depth++) {
    const fault = at as Record<string, unknown>
    yield fault
    at = fault.cause ?? fault.sourceError
  }
}

// A digit tells an SQLSTATE from a system's code of five letters, such as EPIPE.
const sqlStatePattern = /^(?=.*\d)[0-9A-Z]{5}$/

/** The SQLSTATE that Postgres answered with; null when the fault lies elsewhere. */
export function sqlState(error: unknown): string | null {
  for (const { code } of causes(error)) {
    if (typeof code === 'string' && sqlStatePattern.test(code)) return code
  }
  return null
}

/** The name of the constraint that was violated. */
export function constraintOf(error: unknown): string | null {
  for (const { constraint } of causes(error)) {
    if (typeof constraint === 'string') return constraint
  }
  return null
}

// By these a gateway says that nobody is behind it.
const unreachableStatuses = [502, 503, 504]

/** The status of an answer that was no answer of Postgres. The driver has it in a message alone. */
function refusalStatus({ name, message, code, sourceError }: Record<string, unknown>) {
  if (name !== 'NeonDbError' || typeof message !== 'string' || sourceError) return null
  const [, status] = /^Server error \(HTTP status (\d{3})\)/.exec(message) ?? []
  if (status !== undefined) return Number(status)
  // Of a 400 the driver keeps no status; what it makes of it without an SQLSTATE was not Postgres.
  return code || message.startsWith('Neon internal error') ? null : 400
}

/**
 * A code that is safe to log and to show: the SQLSTATE, `http_` with the status of a refusal,
 * `timeout` or `unreachable`.
 * The messages of these errors are not: they quote parameters, texts and password hashes included.
 */
export function postgresFault(error: unknown): string {
  const state = sqlState(error)
  if (state !== null) return state
  for (const fault of causes(error)) {
    if (fault.name === 'TimeoutError' || fault.name === 'AbortError') return 'timeout'
    const status = refusalStatus(fault)
    if (status !== null && !unreachableStatuses.includes(status)) return `http_${status}`
  }
  return 'unreachable'
}
