// Formats times, in the time zone of this device.

import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
/** `locale`: as the language of the browser writes them. */
export type Hours = 'locale' | 'h12' | 'h23'

const cycleOf = (hours: Hours) => (hours === 'locale' ? {} : { hourCycle: hours })

/** A format keeps the time zone in which it was created. */
const formatsOf = (hours: Hours) => ({
  hours,
  zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  // The short style of a language has a leading zero where that is usual: 9:05 AM, but 09:05.
  clock: new Intl.DateTimeFormat(undefined, { timeStyle: 'short', ...cycleOf(hours) }),
  full: new Intl.DateTimeFormat(undefined, {
    dateStyle: 'full',
    timeStyle: 'medium',
    ...cycleOf(hours),
  }),
  weekday: new Intl.DateTimeFormat(strings.dateLanguage, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  }),
  withYear: new Intl.DateTimeFormat(strings.dateLanguage, { dateStyle: 'long' }),
})

const dayMs = 86_400_000
let formats = formatsOf('locale')

/**
 * Formats all times in the present zone of the device from now on.
 * @returns the formats: the same object as long as they are the same
 */
export function updateTimeZone(): object {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  if (timeZone !== formats.zone) formats = formatsOf(formats.hours)
  return formats
}

export function setHours(hours: Hours): void {
  if (hours !== formats.hours) formats = formatsOf(hours)
}

export const formatTime = (ms: number): string => formats.clock.format(ms)
export const formatDate = (ms: number): string => formats.withYear.format(ms)
export const formatFullTime = (ms: number): string => formats.full.format(ms)

/** The midnight before this time, in the zone of the device. */
export function startOfDay(ms: number): number {
  const date = new Date(ms)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** @param day as `startOfDay` gives it, like `today` */
export function formatDay(day: number, today: number): string {
  // A day may have 23 or 25 hours.
  const ago = Math.round((today - day) / dayMs)
  if (ago === 0) return strings.today
  if (ago === 1) return strings.yesterday
  return (ago > 0 && ago < 300 ? formats.weekday : formats.withYear).format(day)
}

/**
 * Converts a time of the device's clock to the page's monotonic clock, so that a countdown ignores a
 * later change of the device's clock.
 */
export function toMonotonic(ms: number | null): number | null {
  return ms && ms - Date.now() + performance.now()
}

/** Whole seconds from now, at least one. */
export function secondsUntil(ms: number, now: number): number {
  return Math.max(1, Math.ceil((ms - now) / 1000))
}

/** `3 s`, `2 min`, `4 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return fill(strings.seconds, { count: seconds })
  if (seconds < 5400) return fill(strings.minutes, { count: Math.ceil(seconds / 60) })
  return fill(strings.hoursLong, { count: Math.ceil(seconds / 3600) })
}
