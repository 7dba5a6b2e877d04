// A clock for waits: a step of the device's clock makes no wait longer. It follows the monotonic
// clock, which may stop while the device sleeps, or the device's clock where that is ahead.

import { defaults, type Platform } from './platform.ts'

/** The two clocks round differently and drift apart. A larger difference is a step. */
const stepMs = 100
/** Timers of a sleeping device may stop, and those of browsers cannot wait for 25 days. */
const longestTimerMs = 60_000

export type MonotonicPlatform = Platform & {
  /** How far `now` is ahead of the device's clock. Times that are shown or stored subtract it. */
  aheadMs(): number
  /** Runs `run` when `now` has reached this time. Returns a function that cancels it. */
  at(time: number, run: () => void): () => void
}

/** @param parts replace the defaults */
export function withMonotonicClock(parts?: Partial<Platform>): MonotonicPlatform {
  const platform = { ...defaults, ...parts }
  let aheadMs = 0
  let startMs = platform.now() - platform.elapsed()

  function now(): number {
    const deviceNow = platform.now()
    const lostMs = startMs + platform.elapsed() - deviceNow - aheadMs
    if (lostMs > stepMs) aheadMs += lostMs
    if (lostMs < -stepMs) startMs -= lostMs
    return deviceNow + aheadMs
  }

  function at(time: number, run: () => void): () => void {
    let cancel = () => {}
    const wait = () => {
      const onTimer = () => (now() < time ? wait() : run())
      cancel = platform.after(Math.min(time - now(), longestTimerMs), onTimer)
    }
    wait()
    return () => cancel()
  }

  return {
    ...platform,
    now,
    at,
    aheadMs: () => now() && aheadMs,
  }
}
