// The day of the device and the formats of times, and when they change.

import { startOfDay, updateTimeZone } from '../text/times.ts'

/** How often the page checks whether a new day has begun. */
const tickMs = 30_000

/** @param onChange runs when all dates on the page may be wrong */
export function watchDay(onChange: () => void, signal: AbortSignal) {
  let day = startOfDay(Date.now())
  let formats = updateTimeZone()

  const check = () => {
    const formatsNow = updateTimeZone()
    const today = startOfDay(Date.now())
    if (today === day && formatsNow === formats) return
    day = today
    formats = formatsNow
    onChange()
  }
  // A timer for midnight would be wrong after a sleep or a change of the clock.
  const timer = setInterval(check, tickMs)
  signal.addEventListener('abort', () => clearInterval(timer))
  return {
    /** Today, as `startOfDay` gives it. */
    today: () => day,
    check,
  }
}
