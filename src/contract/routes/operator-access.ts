// How the operator's calls are protected, and the problems that they all may have.

/** Name of the security scheme: ADMIN_TOKEN as a Bearer token. */
export const adminScheme = 'admin'

export const commonProblems = [
  'unauthenticated',
  'not_found',
  'rate_limited',
  'unavailable',
] as const
/** What all routes of the operator share. */
export const common = { tags: ['admin'], security: [{ [adminScheme]: [] }] }
