// Connects to Postgres over Neon's HTTP protocol and classifies its errors. Every request has a
// timeout; errors are distinguished by code, never by class.

import { neon, neonConfig } from '@neondatabase/serverless'
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { withSessionSettings } from './session-settings.ts'

export type Postgres = NeonHttpDatabase

export type PostgresSettings = {
  /** A postgres:// connection string. */
  url: string
  /** The endpoint to call instead of Neon's own. It applies to the whole isolate. */
  fetchEndpoint?: string | undefined
  /** Called for each request; aborts it on timeout. */
  signal: () => AbortSignal
}

export function connectPostgres({ url, fetchEndpoint, signal }: PostgresSettings): Postgres {
  if (fetchEndpoint) neonConfig.fetchEndpoint = fetchEndpoint
  const fetchOptions = {
    // The driver spreads these options into each fetch, so every request gets its own signal.
    get signal() {
      return signal()
    },
  }
  return drizzle({ client: withSessionSettings(neon(url, { fetchOptions })) })
}

/** The error and its causes, outermost first. */
function* causes(error: unknown): Generator<Record<string, unknown>> {
  let at = error
  for (let depth = 0; depth < 8 && typeof at === 'object' && at !== null; depth++) {
    const fault = at as Record<string, unknown>
    yield fault
    at = fault.cause ?? fault.sourceError
  }
}

// The digit distinguishes an SQLSTATE from a system error code of five letters, such as EPIPE.
const sqlStatePattern = /^(?=.*\d)[0-9A-Z]{5}$/

/** The SQLSTATE that Postgres answered with; null for any other error. */
export function sqlState(error: unknown): string | null {
  for (const { code } of causes(error)) {
    if (typeof code === 'string' && sqlStatePattern.test(code)) return code
  }
  return null
}

/** The name of the violated constraint. */
export function constraintOf(error: unknown): string | null {
  for (const { constraint } of causes(error)) {
    if (typeof constraint === 'string') return constraint
  }
  return null
}

// A gateway answers with these when it cannot reach its backend.
const unreachableStatuses = [502, 503, 504]

/**
 * The HTTP status of an answer that did not come from Postgres. The driver has it only in a
 * message.
 */
function httpStatus({ name, message, code, sourceError }: Record<string, unknown>) {
  if (name !== 'NeonDbError' || typeof message !== 'string' || sourceError) return null
  const [, status] = /^Server error \(HTTP status (\d{3})\)/.exec(message) ?? []
  if (status !== undefined) return Number(status)
  // For a 400 the driver keeps no status; an error without an SQLSTATE did not come from Postgres.
  return code || message.startsWith('Neon internal error') ? null : 400
}

/**
 * A code that is safe to log and to show: the SQLSTATE, `http_` with a status, `timeout` or
 * `unreachable`. Error messages are not safe: they quote parameters, including texts and password
 * hashes.
 */
export function postgresFaultCode(error: unknown): string {
  const state = sqlState(error)
  if (state !== null) return state
  for (const fault of causes(error)) {
    if (fault.name === 'TimeoutError' || fault.name === 'AbortError') return 'timeout'
    const status = httpStatus(fault)
    if (status !== null && !unreachableStatuses.includes(status)) return `http_${status}`
  }
  return 'unreachable'
}
