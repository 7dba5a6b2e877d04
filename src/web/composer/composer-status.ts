// The texts above the message field: the users who are typing, why messages wait, and the slow mode.

import { secondsUntil } from '../text/times.ts'

/** A sentence that begins with names. Each name is an element of its own, for its direction. */
export type Phrase = { readonly names: readonly string[]; readonly rest: string }

export function typingPhrase(usernames: readonly string[]): Phrase | null {
  if (usernames.length === 0) return null
  if (usernames.length > 2) return { names: [], rest: `${usernames.length} people are typing` }
  return { names: usernames, rest: usernames.length === 1 ? 'is typing' : 'are typing' }
}

export type Limits = {
  /** When the next pending message is sent, if something holds it back. */
  readonly pausedUntil: number | null
  /** The messages that are not sent yet. */
  readonly waiting: number
  /** The least time between two messages; 0: the slow mode is off. */
  readonly slowModeMs: number
  /** When the room accepted the last message of this user, if this page has seen it. */
  readonly acceptedAt: number | null
}

/** What holds back the next message, and for how long. @param now by the same clock as `pausedUntil` */
export function limitText(
  { pausedUntil, waiting, slowModeMs, acceptedAt }: Limits,
  now: number,
): string | null {
  const isPaused = pausedUntil !== null && waiting > 0
  const seconds = (until: number) => secondsUntil(until, now)
  const next = (at: number) => `next message in ${seconds(at)} s`
  if (isPaused && waiting > 1)
    return `${waiting} messages waiting, next in ${seconds(pausedUntil)} s`
  if (isPaused) return `${slowModeMs > 0 ? 'Slow mode' : 'Sending too fast'}: ${next(pausedUntil)}`
  if (slowModeMs === 0) return null
  const allowedAt = (acceptedAt ?? Number.NEGATIVE_INFINITY) + slowModeMs
  if (allowedAt > now) return `Slow mode: ${next(allowedAt)}`
  return `Slow mode: one message every ${Math.ceil(slowModeMs / 1000)} s`
}
