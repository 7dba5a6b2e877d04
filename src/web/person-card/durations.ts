// How long a mute or a ban lasts, and how far back a purge goes.

import * as strings from '../strings/en.json'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** `ms` is null for good. */
export const restrictionDurations: readonly { label: string; ms: number | null }[] = [
  { label: strings.tenMinutes, ms: 10 * minuteMs },
  { label: strings.oneHour, ms: hourMs },
  { label: strings.oneDay, ms: dayMs },
  { label: strings.forGood, ms: null },
]

/** `ms` is null for all messages. `words` name the messages, in a question. */
export const purgeRanges: readonly { label: string; words: string; ms: number | null }[] = [
  { label: strings.last10Minutes, words: strings.theMessagesOfTheLast10Minutes, ms: 10 * minuteMs },
  { label: strings.lastHour, words: strings.theMessagesOfTheLastHour, ms: hourMs },
  { label: strings.lastDay, words: strings.theMessagesOfTheLastDay, ms: dayMs },
  { label: strings.all, words: strings.allMessages, ms: null },
]

/** The end of a restriction that begins now. */
export const untilAfter = (ms: number | null, now: number): string | null =>
  ms === null ? null : new Date(now + ms).toISOString()

/** The begin of the range of a purge. */
export const sinceBefore = (ms: number | null, now: number): string =>
  new Date(ms === null ? 0 : now - ms).toISOString()
