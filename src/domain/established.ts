// Tells from user ids whether accounts are older than ESTABLISHED_AFTER. The ids of new accounts are
// UUIDv7, which hold the time of the registration.

import { idTime } from './ids.ts'

/**
 * The millisecond from which on an account is established.
 * @returns null if it always was: no time is asked for, or its id is of a version without a time
 */
export function establishedAt(userId: string, afterMs: number): number | null {
  return afterMs > 0 && userId[14] === '7' ? idTime(userId) + afterMs : null
}
