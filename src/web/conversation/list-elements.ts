// The elements around the list of messages: the scrolled region, and what is shown while there are no
// messages.

import { make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'

const skeletonRows = 6

/** @param edges the elements above and below the list */
export function createListElements({ older, newer }: { older: HTMLElement; newer: HTMLElement }) {
  const list = make('ol', { class: 'messages', role: 'list', 'aria-label': strings.messages })
  const empty = make(
    'div',
    { class: 'empty', hidden: true },
    make('p', { class: 'empty-title' }, strings.noMessagesYet),
    make('p', {}, strings.writeTheFirstOneEveryoneWhoJoins),
  )
  const skeleton = make('div', { class: 'skeleton', 'aria-hidden': 'true' })
  for (let i = 0; i < skeletonRows; i++) skeleton.append(make('div', { class: 'skeleton-row' }))
  const scroller = make(
    'div',
    { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': strings.conversation },
    make('div', { class: 'list-column' }, older, list, newer),
  )
  const element = make('div', { class: 'conversation' }, scroller, skeleton, empty)
  return { element, scroller, list, empty }
}
