// Decides from the code of a failed write alone whether the rows or the archive caused it.

/**
 * `rows`: at least one row cannot be written, or there are too many rows for one request.
 * `archive`: no row is to blame.
 * `unclear`: either the texts of the rows or the archive; only another write can show which.
 */
export type Blame = 'rows' | 'archive' | 'unclear'

/** Data exceptions, violated constraints and exceeded limits of the program. */
const sqlStatesOfRows = /^(?:22|23|54)\w{3}$/

/** The answer is not from Postgres: something in front of it refused the request. */
const refusedByHttp = /^http_4\d\d$/

/**
 * These statuses refuse every request, whatever its content. Neon answers 400 without an SQLSTATE
 * for a wrong connection string, for a disabled endpoint and while an endpoint starts.
 */
const refusalsOfAll = new Set([400, 401, 402, 404, 407, 408, 421, 425, 429].map((n) => `http_${n}`))

/** @param code an SQLSTATE, `http_` with a status, or any other word */
export function blameOf(code: string): Blame {
  if (sqlStatesOfRows.test(code) || code === 'http_413') return 'rows'
  return refusedByHttp.test(code) && !refusalsOfAll.has(code) ? 'unclear' : 'archive'
}
