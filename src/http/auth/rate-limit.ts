// Enforces the limits in Redis, and refunds attempts that failed for reasons of the service.

import type { LimitVerdict } from '../../redis/sliding-windows.ts'
import { ProblemError } from '../problem-error.ts'

function inMinutes(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`
}

/** A refused attempt was not charged, so it is not refunded. */
class RateLimitedError extends ProblemError {}

export function rateLimited(retryAfterMs: number, reason: string): ProblemError {
  const detail = `${reason} Try again ${inMinutes(retryAfterMs)}.`
  return new RateLimitedError({ code: 'rate_limited', detail, retryAfterMs })
}

export function enforceLimit(verdict: LimitVerdict, reason: string): void {
  if (!verdict.allowed) throw rateLimited(verdict.retryAfterMs, reason)
}

/** An attempt that fails for no fault of the user must not count against them. */
export async function refundOnFailure<T>(work: () => Promise<T>, takeBack: () => void): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RateLimitedError)) takeBack()
    throw error
  }
}
