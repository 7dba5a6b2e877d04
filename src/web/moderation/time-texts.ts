// The texts of times in lists of moderation.

import { formatDay, formatTime, startOfDay } from '../text/times.ts'

/** Seen from this day, no other one is `Today` or `Yesterday`. */
const distantDay = 0

/** Such as `Today, 14:05`. */
export function timeText(iso: string, now: number): string {
  const ms = Date.parse(iso)
  return `${formatDay(startOfDay(ms), startOfDay(now))}, ${formatTime(ms)}`
}

/**
 * Such as `14:05`, with the date if it is on another day than `beside`.
 * @param beside milliseconds since the epoch
 */
export function timeBeside(iso: string, beside: number): string {
  const ms = Date.parse(iso)
  const day = startOfDay(ms)
  if (day === startOfDay(beside)) return formatTime(ms)
  return `${formatDay(day, distantDay)}, ${formatTime(ms)}`
}
