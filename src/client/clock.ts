// Time for waits: no step of the device's clock makes one longer. It goes on with the clock that
// nobody sets, and with the device's where that goes further: the other may rest in a sleep.

import { defaults, type Platform } from './platform.ts'

/** The two clocks round differently and drift apart; more than that is a step. */
const stepMs = 100

export type SteadyPlatform = Platform & {
  /** By how much `now` is ahead of the device's clock: what is shown or kept goes by that. */
  aheadMs(): number
}

/** @param parts instead of the defaults */
export function steady(parts?: Partial<Platform>): SteadyPlatform {
  const platform = { ...defaults, ...parts }
  let aheadMs = 0
  let sinceMs = platform.now() - platform.elapsed()

  function now(): number {
    const shown = platform.now()
    const lostMs = sinceMs + platform.elapsed() - shown - aheadMs
    if (lostMs > stepMs) aheadMs += lostMs
    if (lostMs < -stepMs) sinceMs -= lostMs
    return shown + aheadMs
  }

  return {
    ...platform,
    now,
    aheadMs: () => now() && aheadMs,
  }
}
