// The text above the message field that says what holds back the next message, and for how long.

import type { ChatMessage } from '../../client/state.ts'
import { make, setAttribute, setText } from '../elements/dom.ts'
import { toMonotonic } from '../text/times.ts'
import { limitText } from './composer-status.ts'
import { pendingOf } from './pending-messages.ts'

export type LimitState = {
  readonly messages: readonly ChatMessage[]
  readonly sendPausedUntil: number | null
  /** The slow mode for this user; 0: off. */
  readonly slowModeMs: number
  /** Whether the user may write at all. */
  readonly mayWrite: boolean
}

export function createLimitLine() {
  const element = make('span', { class: 'pause', hidden: true })
  let announced: number | null = null
  let pausedUntil: number | null = null
  let acceptedAt: number | null = null
  return {
    element,
    /** To be called when the room has accepted a message of this user. */
    onAccepted(): void {
      acceptedAt = performance.now()
    },
    /** To be called at each change, and several times a second. */
    update({ messages, sendPausedUntil, slowModeMs, mayWrite }: LimitState): void {
      if (sendPausedUntil !== announced) pausedUntil = toMonotonic(sendPausedUntil)
      announced = sendPausedUntil
      const paused = pausedUntil === null ? [] : pendingOf(messages)
      const waiting = paused.filter(({ state }) => state === 'sending').length
      const limits = { pausedUntil, waiting, slowModeMs, acceptedAt }
      const text = mayWrite ? limitText(limits, performance.now()) : null
      element.hidden = text === null
      setAttribute(element, 'data-waiting', waiting > 0)
      setText(element, text ?? '')
    },
  }
}
