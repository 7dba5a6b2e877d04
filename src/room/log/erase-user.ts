// Erases an account from the log: rewrites its rows of all kinds, and records that as one event.

import type { ErasureMode } from '../../contract/values.ts'
import type { Erasure, Erasures } from './erasures/erasures.ts'
import type { Log } from './log.ts'

/** @returns null when nothing was left to do */
export function eraseUser(
  { log, erasures }: { log: Log; erasures: Erasures },
  userId: string,
  mode: ErasureMode,
  now: number,
): Erasure | null {
  const rewrittenRows = log.eraseUser(userId, mode, now)
  return erasures.record(userId, mode, rewrittenRows, now)
}
