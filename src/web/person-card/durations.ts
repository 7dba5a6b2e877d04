// How long a mute or a ban lasts, and how far back a purge goes.

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** `ms` is null for good. */
export const restrictionDurations: readonly { label: string; ms: number | null }[] = [
  { label: '10 minutes', ms: 10 * minuteMs },
  { label: '1 hour', ms: hourMs },
  { label: '1 day', ms: dayMs },
  { label: 'For good', ms: null },
]

/** `ms` is null for all messages. `words` name the messages, in a question. */
export const purgeRanges: readonly { label: string; words: string; ms: number | null }[] = [
  { label: 'Last 10 minutes', words: 'the messages of the last 10 minutes', ms: 10 * minuteMs },
  { label: 'Last hour', words: 'the messages of the last hour', ms: hourMs },
  { label: 'Last day', words: 'the messages of the last day', ms: dayMs },
  { label: 'All', words: 'all messages', ms: null },
]

/** The end of a restriction that begins now. */
export const untilAfter = (ms: number | null, now: number): string | null =>
  ms === null ? null : new Date(now + ms).toISOString()

/** The begin of the range of a purge. */
export const sinceBefore = (ms: number | null, now: number): string =>
  new Date(ms === null ? 0 : now - ms).toISOString()
