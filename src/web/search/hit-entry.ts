// One result of a search. A click leads to the message.

import type { Hit } from '../../client/contract.ts'
import { make, nameElement } from '../elements/dom.ts'
import { formatDay, formatTime, startOfDay } from '../text/times.ts'
import { excerptParts } from './excerpt-parts.ts'

/** @param open shows the message in the conversation */
export function createHitEntry(hit: Hit, open: (id: string) => void): HTMLElement {
  const { id, username, created_at } = hit.message
  const time = Date.parse(created_at)
  const when = `${formatDay(startOfDay(time), startOfDay(Date.now()))}, ${formatTime(time)}`
  const text = make(
    'span',
    { class: 'hit-text', dir: 'auto' },
    ...excerptParts(hit).map(({ text, isMatch }) => (isMatch ? make('mark', {}, text) : text)),
  )
  const button = make(
    'button',
    { type: 'button', class: 'hit' },
    make(
      'span',
      { class: 'hit-head' },
      nameElement(username),
      make('span', { class: 'hint' }, when),
    ),
    text,
  )
  button.addEventListener('click', () => open(id))
  return make('li', { 'data-message-id': id }, button)
}
