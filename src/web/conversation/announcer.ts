// Announces new messages to screen readers. The list itself is not announced, because scrolling
// adds and removes its rows.

import type { SentMessage } from '../../client/state.ts'
import { make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { isMentioned } from './rows.ts'

/** Up to so many messages at once are read out; above that, only their number. */
const announcedOneByOneMax = 3
const collectMs = 400
const linesMax = 12

/** @param userId the user of this page */
export function createAnnouncer(userId: string) {
  const element = make('div', {
    class: 'visually-hidden',
    role: 'log',
    'aria-live': 'polite',
    'aria-label': strings.newMessages,
  })
  let pending: SentMessage[] = []

  const flush = () => {
    const messages = pending
    pending = []
    add(
      messages.length > announcedOneByOneMax
        ? [fill(strings.lengthNewMessages, { length: messages.length })]
        : messages.map(lineOf),
    )
  }
  const lineOf = (message: SentMessage) => {
    const verb = isMentioned(message, userId) ? strings.mentionsYou : ''
    return `${message.username}${verb}: ${message.content.slice(0, 300)}`
  }
  const add = (lines: string[]) => {
    element.append(...lines.map((line) => make('p', {}, line)))
    while (element.childElementCount > linesMax) element.firstElementChild?.remove()
  }

  return {
    element,
    announce(message: SentMessage): void {
      if (pending.length === 0) setTimeout(flush, collectMs)
      pending.push(message)
    },
    announceLine: (line: string) => add([line]),
  }
}
