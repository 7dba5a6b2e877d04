// Times as Postgres reads them.

/** @param ms since 1970 */
export const iso = (ms: number) => new Date(ms).toISOString()
