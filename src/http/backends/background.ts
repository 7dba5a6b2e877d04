// Background work that continues after the response is sent.

import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'

/** A failure is already in the log. */
export function runInBackground(c: Context<AppEnv>, work: Promise<unknown>): void {
  c.executionCtx.waitUntil(work.catch(() => undefined))
}
