// Sentences about mutes and bans: until when, why, and how long that still is.

import type { Restriction } from '../../client/contract.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { formatDay, formatTime, startOfDay } from './times.ts'

const dayMs = 86_400_000

/** ` until 14:05`, ` until tomorrow, 14:05`, or ` for good`. @param now in milliseconds since 1970 */
export function untilWords(until: string | null, now: number): string {
  if (until === null) return strings.forGoodAfterVerb
  const end = Date.parse(until)
  const [day, today] = [startOfDay(end), startOfDay(now)]
  if (day === today) return fill(strings.untilTime, { time: formatTime(end) })
  // A day may have 23 or 25 hours.
  const isTomorrow = Math.round((day - today) / dayMs) === 1
  return ` until ${isTomorrow ? 'tomorrow' : formatDay(day, today)}, ${formatTime(end)}`
}

/** ` Reason: Advertising`, or nothing. */
export const reasonWords = ({ reason }: Restriction): string =>
  reason === null ? '' : ` Reason: ${reason}`

/** @param start such as `You are muted` */
export function restrictionText(start: string, restriction: Restriction, now: number): string {
  return `${start}${untilWords(restriction.until, now)}.${reasonWords(restriction)}`
}

/** `3:20`, `2:03:20`, or `3 days`; empty when it is over. @param ms from now */
export function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds <= 0) return ''
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)} days`
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const twoDigits = (number: number) => String(number).padStart(2, '0')
  const clock = `${hours > 0 ? twoDigits(minutes) : minutes}:${twoDigits(seconds % 60)}`
  return hours > 0 ? `${hours}:${clock}` : clock
}
