// Times as people say them, by this device's clock and zone.

/** A format keeps the zone in which the device was when the format was made. */
const formatsHere = () => ({
  zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  clock: new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }),
  full: new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' }),
  weekday: new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' }),
  withYear: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }),
})

const dayMs = 86_400_000
let formats = formatsHere()

/**
 * From now on, times are those of the zone in which the device is now.
 * @returns the name of that zone
 */
export function followZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  if (timeZone !== formats.zone) formats = formatsHere()
  return timeZone
}

export const clockOf = (ms: number): string => formats.clock.format(ms)
export const momentOf = (ms: number): string => formats.full.format(ms)

/** Midnight before this moment, where the device is. */
export function dayOf(ms: number): number {
  const date = new Date(ms)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** @param day as `dayOf` gives it, as `today` is */
export function dayLabel(day: number, today: number): string {
  // Days of 23 and 25 hours round to one.
  const ago = Math.round((today - day) / dayMs)
  if (ago === 0) return 'Today'
  if (ago === 1) return 'Yesterday'
  return (ago > 0 && ago < 300 ? formats.weekday : formats.withYear).format(day)
}

/**
 * A moment by the clock of this device, taken while that shows it, by the clock of the page: nobody
 * sets that one, so a countdown goes by it.
 */
export function onPageClock(ms: number | null): number | null {
  return ms && ms - Date.now() + performance.now()
}

/** Whole seconds from now, at least one. */
export function secondsUntil(ms: number, now: number): number {
  return Math.max(1, Math.ceil((ms - now) / 1000))
}

/** `3 s`, `2 min`, `4 h`. */
export function spanOf(seconds: number): string {
  if (seconds < 90) return `${seconds} s`
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} min`
  return `${Math.ceil(seconds / 3600)} h`
}
