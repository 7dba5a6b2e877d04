// What a throttle refuses, and what must not count against anyone.

import type { Verdict } from '../redis/windows.ts'
import { Refused } from './problem.ts'

function inMinutes(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`
}

/** Nothing was counted of what it refuses. */
class TooOften extends Refused {}

export function tooOften(retryAfterMs: number, reason: string): Refused {
  const detail = `${reason} Try again ${inMinutes(retryAfterMs)}.`
  return new TooOften({ code: 'rate_limited', detail, retryAfterMs })
}

export function demand(verdict: Verdict, reason: string): void {
  if (!verdict.allowed) throw tooOften(verdict.retryAfterMs, reason)
}

/** What was counted and fails for no fault of the person must not count against them. */
export async function takingBack<T>(work: () => Promise<T>, takeBack: () => void): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TooOften)) takeBack()
    throw error
  }
}
