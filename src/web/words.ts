// Sentences that depend on what is going on.

import type { ChatState } from '../client/state.ts'
import { secondsUntil, spanOf } from './times.ts'

/** What the bar says of the line; null: nothing that anybody needs to know. */
export type LineNews = {
  readonly state: 'connecting' | 'reconnecting' | 'offline' | 'stopped'
  readonly text: string
  /** What the person can do. */
  readonly offer: string | null
}

type Line = Pick<ChatState, 'status' | 'stopped' | 'retryAt' | 'retryNow'>

/** @param network as the browser believes, where there is no reason to doubt that */
export function lineNews(
  { status, stopped, retryAt, retryNow }: Line,
  { now, network }: { now: number; network: 'up' | 'down' },
): LineNews | null {
  if (status === 'idle' || (status === 'online' && network === 'up')) return null
  if (status === 'stopped') {
    if (stopped === 'replaced')
      return {
        state: 'stopped',
        text: 'You are connected in too many places.',
        offer: 'Use it here',
      }
    if (stopped === 'refused')
      return { state: 'stopped', text: 'This account cannot enter the room.', offer: null }
    // The page leaves the room for these two.
    if (stopped === 'signed_out' || stopped === 'account_changed')
      return { state: 'stopped', text: 'You are logged out.', offer: null }
    return {
      state: 'stopped',
      text: 'Something went wrong with the connection.',
      offer: 'Try again',
    }
  }
  if (network === 'down')
    return {
      state: 'offline',
      text: 'You are offline. What you write goes out later.',
      offer: null,
    }
  const waits = retryAt !== null && retryAt - now > 1500
  const soon = waits ? `, next try in ${spanOf(secondsUntil(retryAt, now))}` : '…'
  const offer = waits && retryNow ? 'Try now' : null
  return status === 'connecting'
    ? { state: 'connecting', text: `Connecting${soon}`, offer }
    : { state: 'reconnecting', text: `Reconnecting${soon}`, offer }
}

/** Why someone is at the entrance again: a browser remembers one account for all its tabs. */
export const accountChangedText = (username: string): string =>
  `Another account logged in in this browser. Log in to go on as ${username}.`

/** Names among words; the pieces in `names` are people's own. */
export type Phrase = { readonly names: readonly string[]; readonly rest: string }

export function typingPhrase(usernames: readonly string[]): Phrase | null {
  if (usernames.length === 0) return null
  if (usernames.length > 2) return { names: [], rest: `${usernames.length} people are typing` }
  return { names: usernames, rest: usernames.length === 1 ? 'is typing' : 'are typing' }
}

/** Why what was written has not gone out. */
export function pauseText(pausedUntil: number | null, waiting: number, now: number): string | null {
  if (pausedUntil === null || waiting === 0) return null
  const next = `next one in ${secondsUntil(pausedUntil, now)} s`
  return waiting === 1 ? `Slow down a little: ${next}` : `${waiting} waiting, ${next}`
}

/** @param fate of messages that wait, once their author is logged out */
export function leavingBehind(count: number, fate: 'kept' | 'lost'): string {
  const [those, they] = count === 1 ? ['One message has', 'It'] : [`${count} messages have`, 'They']
  const are = count === 1 ? 'is' : 'are'
  const next = fate === 'kept' ? `${are} kept here until you log in again` : `${are} lost then`
  return `${those} not gone out yet. ${they} ${next}.`
}

/** From so many code points left on, it is said how many. */
const roomLeftShown = 200

export function lengthText(length: number, max: number): string | null {
  if (length > max) return `${(length - max).toLocaleString()} too many`
  return max - length <= roomLeftShown ? `${max - length} left` : null
}

/** A text was not inserted: with it there would be so many characters. */
export function notInserted(characters: number, max: number): string {
  const [all, most] = [characters, max].map((number) => number.toLocaleString())
  return `Not inserted: that would be ${all} characters, and at most ${most} are possible.`
}

export function titleOf(name: string, unseen: number): string {
  if (unseen === 0) return name
  return `(${unseen > 99 ? '99+' : unseen}) ${name}`
}

export function newMessages(count: number): string {
  if (count === 0) return 'Newest messages'
  return count === 1 ? '1 new message' : `${count} new messages`
}
