// What a throttle refuses, and what must not count against anyone.

import type { Verdict } from '../redis/windows.ts'
import { Refused } from './problem.ts'

function inMinutes(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`
}

export function demand(verdict: Verdict, reason: string): void {
  if (verdict.allowed) return
  const { retryAfterMs } = verdict
  const detail = `${reason} Try again ${inMinutes(retryAfterMs)}.`
  throw new Refused({ code: 'rate_limited', detail, retryAfterMs })
}

/** What is refused, or fails for no fault of the person, must not count against them. */
export async function takingBack<T>(work: () => Promise<T>, takeBack: () => void): Promise<T> {
  try {
    return await work()
  } catch (error) {
    takeBack()
    throw error
  }
}
