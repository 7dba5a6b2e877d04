// Time for waits: no step of the device's clock makes one longer. It goes on where that clock is set
// back, and at the end of each timer it is at least where the timer was to end.

import { defaults, type Platform } from './platform.ts'

export type SteadyPlatform = Platform & {
  /** By how much `now` is ahead of the device's clock: what is shown or kept goes by that. */
  aheadMs(): number
}

/** @param parts instead of the defaults */
export function steady(parts?: Partial<Platform>): SteadyPlatform {
  const platform = { ...defaults, ...parts }
  let aheadMs = 0
  let latest = 0

  function now(): number {
    const shown = platform.now()
    latest = Math.max(latest, shown + aheadMs)
    aheadMs = latest - shown
    return latest
  }

  return {
    ...platform,
    now,
    after(ms, run) {
      const end = now() + ms
      return platform.after(ms, () => {
        latest = Math.max(latest, end)
        run()
      })
    },
    aheadMs: () => now() && aheadMs,
  }
}
