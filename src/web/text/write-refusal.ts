// Says why the user of this page cannot write now. Whether a new account may write, only the room knows.

import type { Restriction, Role, Room } from '../../client/contract.ts'
import type { ChatState } from '../../client/state.ts'
import * as strings from '../strings/en.json'
import { reasonWords, timeLeft, untilWords } from './restrictions.ts'

export type WriteRefusal = { readonly text: string; readonly mute: Restriction | null }

/** @returns null: the user may write */
export function writeRefusal(
  stopped: ChatState['stopped'],
  mute: Restriction | null,
  role: Role,
  posting: Room['posting'] | undefined,
): WriteRefusal | null {
  if (stopped === 'banned') return { text: strings.youCannotWriteWhileYouAreBanned, mute: null }
  if (mute) return { text: strings.youAreMutedUntil, mute }
  if (posting === 'moderators' && role === 'member')
    return { text: strings.onlyModeratorsMayWriteRightNow, mute: null }
  return null
}

/** The whole sentence, which does not change while the time passes. @param now by the device's clock */
export function refusalSentence({ text, mute }: WriteRefusal, now: number): string {
  return mute ? `${text}${untilWords(mute.until, now)}.${reasonWords(mute)}` : text
}

/** The same with the time that is left, as it is shown. */
export function refusalWithTimeLeft(refusal: WriteRefusal, now: number): string {
  const { text, mute } = refusal
  const left = mute?.until ? timeLeft(Date.parse(mute.until) - now) : ''
  if (!mute || left === '') return refusalSentence(refusal, now)
  return `${text}${untilWords(mute.until, now)} (${left} left).${reasonWords(mute)}`
}
