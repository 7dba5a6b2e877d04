// Says to screen readers what is new. The list itself is silent: it draws anew whatever is scrolled.

import type { SentMessage } from '../client/state.ts'
import { make } from './dom.ts'

/** Said one by one up to so many at once; beyond that only how many there are. */
const eachUpTo = 3
const gatherMs = 400
const linesKept = 12

export function openAnnouncer() {
  const element = make('div', {
    class: 'unseen',
    role: 'log',
    'aria-live': 'polite',
    'aria-label': 'New messages',
  })
  let gathered: SentMessage[] = []

  const say = () => {
    const fresh = gathered
    gathered = []
    const lines =
      fresh.length > eachUpTo
        ? [`${fresh.length} new messages`]
        : fresh.map(({ username, content }) => `${username}: ${content.slice(0, 300)}`)
    element.append(...lines.map((line) => make('p', {}, line)))
    while (element.childElementCount > linesKept) element.firstElementChild?.remove()
  }

  return {
    element,
    tell(message: SentMessage): void {
      if (gathered.length === 0) setTimeout(say, gatherMs)
      gathered.push(message)
    },
  }
}
