// Announces new messages to screen readers. The list itself is not announced, because scrolling
// adds and removes its rows.

import type { Mutation } from '../../client/events.ts'
import type { SentMessage } from '../../client/state.ts'
import { make } from '../elements/dom.ts'
import { mutated } from '../mutated.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { isMentioned } from './rows.ts'

/** Up to so many messages at once are read out; above that, only their number. */
const announcedOneByOneMax = 3
const collectMs = 400
/** Screen readers have read a line by then, or keep it themselves. */
const keptForMs = 5_000

/** @param userId the user of this page */
export function createAnnouncer(userId: string) {
  const element = make('div', {
    class: 'visually-hidden',
    role: 'log',
    'aria-live': 'polite',
    'aria-label': strings.newMessages,
  })
  let pending: SentMessage[] = []
  /** The messages whose texts the lines are. */
  const shown = new Map<Element, SentMessage>()

  const flush = () => {
    const messages = pending
    pending = []
    if (messages.length > announcedOneByOneMax)
      add(fill(strings.lengthNewMessages, { length: messages.length }))
    else for (const message of messages) shown.set(add(lineOf(message)), message)
  }
  const lineOf = (message: SentMessage) => {
    const verb = isMentioned(message, userId) ? strings.mentionsYou : ''
    return `${message.username}${verb}: ${message.content.slice(0, 300)}`
  }
  const remove = (line: Element) => {
    line.remove()
    shown.delete(line)
  }
  const add = (text: string): Element => {
    const line = make('p', {}, text)
    element.append(line)
    setTimeout(() => remove(line), keptForMs)
    return line
  }

  return {
    element,
    announce(message: SentMessage): void {
      if (pending.length === 0) setTimeout(flush, collectMs)
      pending.push(message)
    },
    announceLine: (line: string) => void add(line),
    /** To be called when something has happened to messages: what was announced must not stay readable. */
    follow(mutation: Mutation): void {
      pending = pending.flatMap((message) => mutated(message, mutation) ?? [])
      for (const [line, message] of shown) if (mutated(message, mutation) !== message) remove(line)
    },
  }
}
