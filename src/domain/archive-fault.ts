// What a fault of the archive says about the rows that it did not write, told by its code alone.

/**
 * `rows`: at least one of them cannot be written, or they are too many for one request.
 * `archive`: none of them is to blame.
 * `unclear`: perhaps their texts, perhaps the archive; only another write can tell.
 */
export type Blame = 'rows' | 'archive' | 'unclear'

/** Data exceptions, violated constraints and exceeded limits of the program. */
const sqlStatesOfRows = /^(?:22|23|54)\w{3}$/

/** Postgres did not speak, but something in front of it refused the request. */
const refusedByHttp = /^http_4\d\d$/

/**
 * These refuse whoever asks, whatever is asked. Neon answers 400 without an SQLSTATE for a
 * connection string that is wrong, for an endpoint that is disabled and while one starts.
 */
const refusalsOfAll = new Set([400, 401, 402, 404, 407, 408, 421, 425, 429].map((n) => `http_${n}`))

/** @param code an SQLSTATE, `http_` with a status, or any other word */
export function blameOf(code: string): Blame {
  if (sqlStatesOfRows.test(code) || code === 'http_413') return 'rows'
  return refusedByHttp.test(code) && !refusalsOfAll.has(code) ? 'unclear' : 'archive'
}
