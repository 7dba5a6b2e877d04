// The elements around the list of messages: the scrolled region, the button to its end, and what is
// shown while there are no messages.

import { icon, make } from '../elements/dom.ts'

const skeletonRows = 6

/** @param older the element above the list */
export function createListElements(older: HTMLElement) {
  const list = make('ol', { class: 'messages', role: 'list', 'aria-label': 'Messages' })
  const empty = make(
    'div',
    { class: 'empty', hidden: true },
    make('p', { class: 'empty-title' }, 'No messages yet.'),
    make('p', {}, 'Write the first one: everyone who joins can read it.'),
  )
  const skeleton = make('div', { class: 'skeleton', 'aria-hidden': 'true' })
  for (let i = 0; i < skeletonRows; i++) skeleton.append(make('div', { class: 'skeleton-row' }))
  const scroller = make(
    'div',
    { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Conversation' },
    make('div', { class: 'list-column' }, older, list),
  )
  const endLabel = make('span')
  const endButton = make(
    'button',
    { type: 'button', class: 'jump', hidden: true },
    endLabel,
    icon('down'),
  )
  const element = make('div', { class: 'conversation' }, scroller, skeleton, empty, endButton)
  return { element, scroller, list, empty, endButton, endLabel }
}
