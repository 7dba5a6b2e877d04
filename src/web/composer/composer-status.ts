// The texts above the message field: the users who are typing, why messages wait, and the slow mode.

import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { secondsUntil } from '../text/times.ts'

/** A sentence that begins with names. Each name is an element of its own, for its direction. */
export type Phrase = { readonly names: readonly string[]; readonly rest: string }

export function typingPhrase(usernames: readonly string[]): Phrase | null {
  if (usernames.length === 0) return null
  if (usernames.length > 2)
    return { names: [], rest: fill(strings.lengthPeopleAreTyping, { length: usernames.length }) }
  return { names: usernames, rest: usernames.length === 1 ? strings.isTyping : strings.areTyping }
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
    return fill(strings.waitingMessagesWaitingNextInValueS, {
      waiting,
      value: seconds(pausedUntil),
    })
  if (isPaused) return `${slowModeMs > 0 ? 'Slow mode' : 'Sending too fast'}: ${next(pausedUntil)}`
  if (slowModeMs === 0) return null
  const allowedAt = (acceptedAt ?? Number.NEGATIVE_INFINITY) + slowModeMs
  if (allowedAt > now) return fill(strings.slowModeValue, { value: next(allowedAt) })
  return fill(strings.slowModeOneMessageEveryValueS, { value: Math.ceil(slowModeMs / 1000) })
}
