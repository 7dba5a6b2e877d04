// What nobody waits for.

import type { Context } from 'hono'
import type { Wired } from './parts.ts'

/** A failure is in the log already. */
export function afterAnswer(c: Context<Wired>, work: Promise<unknown>): void {
  c.executionCtx.waitUntil(work.catch(() => undefined))
}
