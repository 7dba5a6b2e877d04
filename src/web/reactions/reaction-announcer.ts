// Announces to screen readers that others have reacted to the user's own messages: at most one sentence every few
// seconds, however many reactions there are. Reactions to messages of others are not announced.

import type { ChatMessage } from '../../client/state.ts'
import { make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { plural } from '../strings/fill.ts'
import { NewReactions } from './new-reactions.ts'

export function createReactionAnnouncer(userId: string, signal: AbortSignal) {
  const element = make('div', {
    ...{ class: 'visually-hidden', role: 'status', 'data-announces': 'reactions' },
  })
  const after = (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms)
    signal.addEventListener('abort', () => clearTimeout(timer))
  }
  const reactions = new NewReactions(userId, { after }, (count) => {
    // A repeated text is announced only as a new element.
    element.replaceChildren(make('p', {}, plural(strings.countNewReactions, count)))
  })
  return { element, follow: (messages: readonly ChatMessage[]) => reactions.follow(messages) }
}
