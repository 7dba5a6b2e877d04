// The messages as the application gets them: the accepted ones, then the own pending ones, which show
// the message that they reply to as well.

import type { ChatMessage, PendingMessage, SentMessage } from '../state.ts'
import type { Targets } from './targets.ts'

type List = readonly ChatMessage[]

/** @returns a function that gives the same array while its parts are the same */
export function createShownMessages(targets: Targets) {
  const shown = new WeakMap<PendingMessage, PendingMessage>()
  let lastSent: List = []
  let lastPending: List = []
  let all: List = []

  function withTarget(message: PendingMessage): PendingMessage {
    const referenced = targets.follow(message)
    if (!referenced) return message
    let entry = shown.get(message)
    if (entry?.referenced !== referenced) entry = { ...message, referenced }
    shown.set(message, entry)
    return entry
  }

  return (snapshot: () => readonly SentMessage[], queued: readonly PendingMessage[]): List => {
    // First, because a reply in the list may get its target from here.
    const pending = queued.map(withTarget)
    const sent = snapshot()
    const isSame =
      sent === lastSent &&
      pending.length === lastPending.length &&
      pending.every((entry, index) => entry === lastPending[index])
    if (!isSame) all = [...sent, ...pending]
    lastSent = sent
    lastPending = pending
    return all
  }
}
